"""The names of durable work. `workflows/` registers one workflow for each; a test checks that both sets are equal."""

from enum import StrEnum


class Work(StrEnum):
    """Work that a service may enqueue. Arguments are ids (text) only."""

    #: application, stage, attempt: evaluate, gate, open the next, complete
    ADVANCE_APPLICATION = "advance_application"
    #: file
    READ_RESUME = "read_resume"
    #: recording
    JOIN_RECORDING = "join_recording"
    #: message
    DELIVER_MESSAGE = "deliver_message"
    #: message: the same for an email to a candidate, which waits behind others of its kind only
    DELIVER_EMAIL = "deliver_email"
    #: message: the same for a text
    DELIVER_TEXT = "deliver_text"
    #: message, how often before: what the provider took of one whose outcome nobody saw
    LOOK_UP_MESSAGE = "look_up_message"
    #: message: the content of an email that came in
    READ_EMAIL = "read_email"
    #: application, message
    HANDLE_INBOUND_TEXT = "handle_inbound_text"
    #: application, message: an answer in several texts is whole once this was the last
    SETTLE_TEXTS = "settle_texts"
    #: application, stage, criterion, reason's id: again, after a person typed an answer out
    EVALUATE_CRITERION = "evaluate_criterion"
    #: application, room: have an interviewer come into it
    SEND_INTERVIEWER = "send_interviewer"
    #: bulk action: do, or undo, what is left of it
    RUN_BULK = "run_bulk"
    #: file, member: add and invite everyone of a list
    INGEST_LIST = "ingest_list"
    #: call (a message): ring somebody up who asked for it
    PLACE_CALL = "place_call"
    #: call: its sound is recorded from now on
    RECORD_CALL = "record_call"
    #: turn: put a spoken answer into words
    TRANSCRIBE_ANSWER = "transcribe_answer"
    #: call: bring its recording here
    FETCH_CALL_RECORDING = "fetch_call_recording"
    #: blast, number of the step: write to the next minute's share of its recipients
    SEND_BLAST = "send_blast"
    #: application, "strong" | "weak" | "stopped", nonce
    FILL_PREVIEW = "fill_preview"
    #: ingestion: add and invite whom another program handed over
    INGEST_PEOPLE = "ingest_people"
    #: delivery, how often tried before: tell somebody's program what happened
    DELIVER_WEBHOOK = "deliver_webhook"

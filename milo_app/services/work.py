"""The names of durable work. `workflows/` registers one workflow for each; a test checks that both sets are equal."""

from enum import StrEnum


class Work(StrEnum):
    """Work that a service may enqueue. Arguments are ids (text) only."""

    ADVANCE_APPLICATION = "advance_application"  # application, stage, attempt: evaluate, gate, open the next, complete
    READ_RESUME = "read_resume"  # file
    JOIN_RECORDING = "join_recording"  # recording
    DELIVER_MESSAGE = "deliver_message"  # message
    HANDLE_INBOUND_TEXT = "handle_inbound_text"  # message
    EVALUATE_CRITERION = "evaluate_criterion"  # application, stage, criterion, reason-id: again, after a person typed
    FILL_PREVIEW = "fill_preview"  # application, "strong" | "weak" | "stopped"

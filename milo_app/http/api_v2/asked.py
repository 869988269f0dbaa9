"""What the public API takes, in the words of the interface it is compatible with; `translating` turns them into ours."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Given(BaseModel):
    """Root of what is sent to us. What we do not know is left alone, as the interface has it."""

    model_config = ConfigDict(extra="ignore", strict=True)


def _text(value: Any) -> Any:
    if value is not None and not isinstance(value, str):
        raise ValueError("A time is written as text.")
    return value


_Lax = Field(strict=False)
Deadline = Annotated[Annotated[datetime, _Lax] | Annotated[date, _Lax] | None, BeforeValidator(_text)]
#: A program's own labels: at most 50, with keys of 40 and values of 500 characters.
Metadata = Annotated[
    dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=500)]], Field(max_length=50)
]


class CandidateIngestRequest(Given):
    name: str
    email: str
    phone_number: str | None = None
    metadata: Metadata | None = None
    data: dict[str, Any] | None = None


class BulkCandidateIngestRequest(Given):
    data: Annotated[list[CandidateIngestRequest], Field(min_length=1, max_length=1000)]


class ConversationalSMSConfig(Given):
    instructions: Annotated[str, Field(max_length=10000)] | None = None
    company_overview: Annotated[str, Field(max_length=10000)] | None = None
    job_overview: Annotated[str, Field(max_length=10000)] | None = None
    interview_process_overview: Annotated[str, Field(max_length=10000)] | None = None
    company_overview_delivery_mode: (
        Literal["exact_delivery", "summarized_delivery", "reference_only", "silent_reference"] | None
    ) = None
    job_overview_delivery_mode: (
        Literal["exact_delivery", "summarized_delivery", "reference_only", "silent_reference"] | None
    ) = None
    interview_process_overview_delivery_mode: (
        Literal["exact_delivery", "summarized_delivery", "reference_only", "silent_reference"] | None
    ) = None
    knockout_enabled: bool | None = None
    num_questions: Annotated[int, Field(ge=1, le=10)] | None = None
    intro_message: Annotated[str, Field(max_length=500)] | None = None
    disqualification_message: Annotated[str, Field(max_length=500)] | None = None
    follow_up_message: Annotated[str, Field(max_length=500)] | None = None
    hop_on_call_message: Annotated[str, Field(max_length=500)] | None = None
    cooldown_period_hrs: Annotated[int, Field(ge=1, le=168)] | None = None
    max_nudge_amount: Annotated[int, Field(ge=0, le=10)] | None = None
    blackout_period: dict[str, Any] | None = None


class CreateQuestion(Given):
    modality: str
    text: str
    evaluation_criteria: str | None = None
    score_of_1: str | None = None
    score_of_5: str | None = None
    question_type: str | None = None
    not_scored: bool | None = None
    expected_answer: str | None = None
    expected_value: int | None = None
    is_dealbreaker: bool | None = None
    answer: Any | None = None
    is_knockout: bool | None = None
    dropdown_values: list[dict[str, str]] | None = None
    response_format: str | None = None
    instructions: str | None = None
    options: list[str] | None = None
    score_weight: Annotated[int, Field(ge=0, le=5)] | None = None
    min_follow_ups: Annotated[int, Field(ge=0, le=5)] | None = None
    max_follow_ups: Annotated[int, Field(ge=0, le=10)] | None = None
    additional_instructions: Annotated[str, Field(max_length=5000)] | None = None
    post_processing_evaluation_criteria: Annotated[str, Field(max_length=5000)] | None = None
    mcq_type: str | None = None
    operator: str | None = None
    file_types: list[str] | None = None
    allow_multiple_files: bool | None = None
    slider_min: float | None = None
    slider_max: float | None = None
    slider_step: float | None = None
    is_answer_mandated: bool | None = None


class FormConfig(Given):
    instructions: Annotated[str, Field(max_length=10000)] | None = None
    company_overview: Annotated[str, Field(max_length=10000)] | None = None
    job_overview: Annotated[str, Field(max_length=10000)] | None = None
    interview_process_overview: Annotated[str, Field(max_length=10000)] | None = None
    company_overview_delivery_mode: (
        Literal["exact_delivery", "summarized_delivery", "reference_only", "silent_reference"] | None
    ) = None
    job_overview_delivery_mode: (
        Literal["exact_delivery", "summarized_delivery", "reference_only", "silent_reference"] | None
    ) = None
    interview_process_overview_delivery_mode: (
        Literal["exact_delivery", "summarized_delivery", "reference_only", "silent_reference"] | None
    ) = None
    knockout_enabled: bool | None = None


class ResumeConfig(Given):
    instructions: Annotated[str, Field(max_length=10000)] | None = None
    company_overview: Annotated[str, Field(max_length=10000)] | None = None
    job_overview: Annotated[str, Field(max_length=10000)] | None = None
    interview_process_overview: Annotated[str, Field(max_length=10000)] | None = None
    company_overview_delivery_mode: (
        Literal["exact_delivery", "summarized_delivery", "reference_only", "silent_reference"] | None
    ) = None
    job_overview_delivery_mode: (
        Literal["exact_delivery", "summarized_delivery", "reference_only", "silent_reference"] | None
    ) = None
    interview_process_overview_delivery_mode: (
        Literal["exact_delivery", "summarized_delivery", "reference_only", "silent_reference"] | None
    ) = None
    knockout_enabled: bool | None = None
    min_evaluation_score: Annotated[float, Field(ge=0.0, le=1.0)] | None = None
    mandatory: bool | None = None
    num_eligibility_questions: Annotated[int, Field(ge=0, le=15)] | None = None
    num_criteria_questions: Annotated[int, Field(ge=0, le=15)] | None = None


class WebInterviewConfig(Given):
    instructions: Annotated[str, Field(max_length=10000)] | None = None
    company_overview: Annotated[str, Field(max_length=10000)] | None = None
    job_overview: Annotated[str, Field(max_length=10000)] | None = None
    interview_process_overview: Annotated[str, Field(max_length=10000)] | None = None
    company_overview_delivery_mode: (
        Literal["exact_delivery", "summarized_delivery", "reference_only", "silent_reference"] | None
    ) = None
    job_overview_delivery_mode: (
        Literal["exact_delivery", "summarized_delivery", "reference_only", "silent_reference"] | None
    ) = None
    interview_process_overview_delivery_mode: (
        Literal["exact_delivery", "summarized_delivery", "reference_only", "silent_reference"] | None
    ) = None
    video: bool | None = None
    voice_id: str | None = None
    phone_calls_enabled: bool | None = None
    interview_type: str | None = None
    num_questions: Annotated[int, Field(ge=1, le=25)] | None = None
    min_evaluation_score: Annotated[float, Field(ge=0.0, le=1.0)] | None = None
    prompt_version: str | None = None
    is_multilingual: bool | None = None
    cheat_detection_config: dict[str, Any] | None = None
    web_interview_config: dict[str, Any] | None = None


class ConversationalSMSStep(Given):
    type: Literal["conversational_sms"] = "conversational_sms"
    config: ConversationalSMSConfig | None = None
    questions: list[CreateQuestion] | None = None


class FormStep(Given):
    type: Literal["form"] = "form"
    config: FormConfig | None = None
    questions: list[CreateQuestion] | None = None


class ResumeStep(Given):
    type: Literal["resume"] = "resume"
    config: ResumeConfig | None = None
    questions: list[CreateQuestion] | None = None


class WebInterviewStep(Given):
    type: Literal["web_interview"] = "web_interview"
    config: WebInterviewConfig | None = None
    questions: list[CreateQuestion] | None = None


class CreatePostingRequest(Given):
    title: Annotated[str, Field(min_length=3, max_length=200)]
    description: Annotated[str, Field(max_length=50000)] = ""
    workflow: list[WebInterviewStep | ConversationalSMSStep | ResumeStep | FormStep] | None = None
    interview_template_id: str | None = None
    name: str | None = None
    language: str = "en"
    interviewer_name: str = "Sarah"
    instructions: str = ""
    company_overview: str = ""
    job_overview: str = ""
    interview_process_overview: Annotated[str, Field(max_length=10000)] | None = None
    company_overview_delivery_mode: (
        Literal["exact_delivery", "summarized_delivery", "reference_only", "silent_reference"] | None
    ) = None
    job_overview_delivery_mode: (
        Literal["exact_delivery", "summarized_delivery", "reference_only", "silent_reference"] | None
    ) = None
    interview_process_overview_delivery_mode: (
        Literal["exact_delivery", "summarized_delivery", "reference_only", "silent_reference"] | None
    ) = None
    phone_number_id: str | None = None
    sender_email_id: str | None = None
    email_template_group_id: str | None = None
    design_template_group_id: str | None = None
    redirect_url: str | None = None
    scheduling_url: str | None = None
    deadline: Deadline = None
    allow_sms_comms: bool | None = None
    max_retakes: Annotated[int, Field(ge=0, le=5)] | None = None
    retake_cooldown_days: Annotated[float, Field(ge=0.0)] | None = None
    email_report_to_candidate: bool | None = None
    metadata: Metadata | None = None


class CreateQuestionRequest(Given):
    modality: Literal["voice", "sms", "form", "resume_eligibility", "resume_scoring", "voice_tags"]
    text: str
    evaluation_criteria: str | None = None
    score_of_1: str | None = None
    score_of_5: str | None = None
    score_weight: Annotated[int, Field(ge=1, le=10)] | None = None
    not_scored: bool | None = None
    question_type: str | None = None
    min_follow_ups: Annotated[int, Field(ge=0)] | None = None
    max_follow_ups: Annotated[int, Field(ge=0)] | None = None
    additional_instructions: str | None = None
    post_processing_evaluation_criteria: str | None = None
    expected_answer: str | None = None
    expected_value: int | None = None
    is_dealbreaker: bool | None = None
    answer: Any | None = None
    is_knockout: bool | None = None
    dropdown_values: list[dict[str, str]] | None = None
    is_answer_mandated: bool | None = None
    mcq_type: str | None = None
    operator: str | None = None
    file_types: list[str] | None = None
    allow_multiple_files: bool | None = None
    slider_min: float | None = None
    slider_max: float | None = None
    slider_step: float | None = None
    response_format: Literal["text", "freeform", "date", "number"] | None = None
    instructions: str | None = None
    options: list[str] | None = None
    structured_config: dict[str, Any] | None = None


class CreateWebhookRequest(Given):
    posting_id: str
    webhook_url: str
    event_type: str


class MetadataRequest(Given):
    metadata: Metadata


class PushCandidatePayload(Given):
    ats_candidate_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    set_heymilo_source: bool | None = None


class PushCandidateRequest(Given):
    ats_name: str
    posting_id: str | None = None
    interview_id: str | None = None
    ingestion_token: str | None = None
    create_submission: bool = False
    candidate: PushCandidatePayload


class ReorderQuestionsRequest(Given):
    modality: Literal["voice", "sms", "form", "resume_eligibility", "resume_scoring", "voice_tags"]
    order: list[str]


class ResolveCandidateRequest(Given):
    ats_name: str
    email: str | None = None
    ats_candidate_id: str | None = None
    limit: int | None = None


class UpdatePostingRequest(Given):
    title: Annotated[str, Field(min_length=3, max_length=200)] | None = None
    description: Annotated[str, Field(min_length=10, max_length=50000)] | None = None
    name: Annotated[str, Field(max_length=100)] | None = None
    language: str | None = None
    interviewer_name: Annotated[str, Field(max_length=100)] | None = None
    instructions: Annotated[str, Field(max_length=10000)] | None = None
    company_overview: Annotated[str, Field(max_length=10000)] | None = None
    job_overview: Annotated[str, Field(max_length=10000)] | None = None
    interview_process_overview: Annotated[str, Field(max_length=10000)] | None = None
    company_overview_delivery_mode: (
        Literal["exact_delivery", "summarized_delivery", "reference_only", "silent_reference"] | None
    ) = None
    job_overview_delivery_mode: (
        Literal["exact_delivery", "summarized_delivery", "reference_only", "silent_reference"] | None
    ) = None
    interview_process_overview_delivery_mode: (
        Literal["exact_delivery", "summarized_delivery", "reference_only", "silent_reference"] | None
    ) = None
    phone_number_id: str | None = None
    sender_email_id: str | None = None
    email_template_group_id: str | None = None
    design_template_group_id: str | None = None
    redirect_url: str | None = None
    scheduling_url: str | None = None
    deadline: Deadline = None
    allow_sms_comms: bool | None = None
    max_retakes: Annotated[int, Field(ge=0, le=5)] | None = None
    retake_cooldown_days: Annotated[float, Field(ge=0.0)] | None = None
    email_report_to_candidate: bool | None = None
    metadata: Metadata | None = None


class UpdateQuestionRequest(Given):
    text: str | None = None
    evaluation_criteria: str | None = None
    score_of_1: str | None = None
    score_of_5: str | None = None
    score_weight: Annotated[int, Field(ge=1, le=10)] | None = None
    not_scored: bool | None = None
    question_type: str | None = None
    min_follow_ups: Annotated[int, Field(ge=0)] | None = None
    max_follow_ups: Annotated[int, Field(ge=0)] | None = None
    additional_instructions: str | None = None
    post_processing_evaluation_criteria: str | None = None
    expected_answer: str | None = None
    expected_value: int | None = None
    is_dealbreaker: bool | None = None
    answer: Any | None = None
    is_knockout: bool | None = None
    dropdown_values: list[dict[str, str]] | None = None
    is_answer_mandated: bool | None = None
    mcq_type: str | None = None
    operator: str | None = None
    file_types: list[str] | None = None
    allow_multiple_files: bool | None = None
    slider_min: float | None = None
    slider_max: float | None = None
    slider_step: float | None = None
    response_format: Literal["text", "freeform", "date", "number"] | None = None
    instructions: str | None = None
    options: list[str] | None = None
    structured_config: dict[str, Any] | None = None


class UpdateWorkflowStepRequest(Given):
    config: dict[str, Any]

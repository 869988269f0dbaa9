"""What the public API answers, in the words of the interface it is compatible with. What cannot be meant here is null."""

from typing import Any, Literal

from pydantic import BaseModel


class Shown(BaseModel):
    """Root of what we answer."""


class APIErrorDetail(Shown):
    code: str
    message: str
    param: str | None = None


class APIError(Shown):
    type: str
    code: str
    message: str
    param: str | None = None
    doc_url: str | None = None
    errors: list[APIErrorDetail] = []


class APIErrorResponse(Shown):
    error: APIError


class AgentFormSummary(Shown):
    is_complete: bool | None = None
    is_eligible: bool | None = None
    questions_answered: int | None = None
    total_questions: int | None = None


class AgentResumeSummary(Shown):
    resume_score: float | None = None
    is_eligible: bool | None = None
    resume_link: str | None = None


class AgentSMSSummary(Shown):
    is_eligible: bool | None = None
    criteria_passed: list[str] = []
    criteria_failed: list[str] = []
    messages_sent: int | None = None


class AgentWebInterviewSummary(Shown):
    score: float | None = None
    highlights: list[str] = []
    audio_recording_link: str | None = None
    video_recording_link: str | None = None


class AgentSummary(Shown):
    resume: AgentResumeSummary | None = None
    web_interview: AgentWebInterviewSummary | None = None
    sms: AgentSMSSummary | None = None
    form: AgentFormSummary | None = None


class AsyncIngestResponse(Shown):
    object: Literal["ingestion"] = "ingestion"
    ingestion_id: str
    status: str = "queued"


class AtsConnection(Shown):
    integration_id: str
    ats_provider: str
    source: str = "native"
    display_name: str | None = None
    is_active: bool = True
    created_at: float | None = None
    updated_at: float | None = None


class BlackoutPeriod(Shown):
    enabled: bool
    timezone: str
    start_hour: int
    end_hour: int


class BulkIngestCandidateResponseItem(Shown):
    object: Literal["candidate"] = "candidate"
    interview_id: str
    interview_url: str
    metadata: dict[str, str] | None = None


class CandidateMatch(Shown):
    ats_candidate_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    email2: str | None = None
    email3: str | None = None
    phone: str | None = None
    status: str | None = None
    match_reason: str | None = None


class WorkflowStepStatus(Shown):
    step_id: str
    order: int
    status: str
    started: bool
    completed: bool
    knocked_out: bool = False
    last_updated_at: float | None = None


class CandidateWorkflow(Shown):
    steps: list[WorkflowStepStatus]
    all_complete: bool
    last_activity_at: float | None = None


class CandidateResponse(Shown):
    object: Literal["candidate"] = "candidate"
    interview_id: str
    candidate_id: str | None = None
    posting_id: str
    name: str
    email: str
    score: float | None = None
    status: str
    interview_url: str | None = None
    workflow: CandidateWorkflow | None = None
    agent_summary: AgentSummary | None = None
    shortlisted: bool = False
    dismissed: bool = False
    metadata: dict[str, str] | None = None
    data: dict[str, Any] | None = None
    interviewed_at: float | None = None
    created_at: float | None = None


class CheatTranscriptReference(Shown):
    user_friendly_timestamp: str
    text: str
    actual_timestamp: float


class CheatingInstance(Shown):
    reasoning: str
    transcript_references: list[CheatTranscriptReference] = []


class GPTZeroMetrics(Shown):
    completely_generated_probability: float
    overall_ai_score: float
    average_generated_probability: float


class IntegrityMovementEvent(Shown):
    type: str
    confidence: float | None = None
    image: str | None = None
    timestamp: float | None = None


class IntegrityAggregated(Shown):
    movements: list[IntegrityMovementEvent] = []


class InterviewIntegrityResult(Shown):
    job_id: str | None = None
    status: str | None = None
    filename: str | None = None
    file_type: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    result: dict[str, Any] | None = None
    error: str | None = None
    comprehensive: dict[str, Any] | None = None
    aggregated: IntegrityAggregated | None = None


class LLMDetectedSegment(Shown):
    segment_text: str
    segment_confidence: float
    reasoning: str


class LLMDetectionResult(Shown):
    llm_generated_detected: bool
    detection_confidence: float
    llm_detected_segments: list[LLMDetectedSegment] = []
    gptzero_metrics: GPTZeroMetrics | None = None


class ResumeGptDetectionResult(Shown):
    version: str
    scanId: str
    documents: list[dict[str, Any]] = []
    neatVersion: str | None = None
    editorDocumentId: str | None = None


class ResumeCheat(Shown):
    gpt_detection: ResumeGptDetectionResult | None = None


class TranscriptCheatResult(Shown):
    cheating_detected: bool
    cheating_confidence: float
    cheating_instances: list[CheatingInstance] = []


class UnusualDelayResult(Shown):
    delay_detected: bool
    delay_confidence: float
    unusual_delay_instances: list[dict[str, Any]] = []
    overall_score: float
    confidence_level: float


class WebInterviewCheat(Shown):
    cheat_detection_result: TranscriptCheatResult | None = None
    llm_detection_result: LLMDetectionResult | None = None
    unusual_delay_detection: UnusualDelayResult | None = None
    tab_switch_detection: dict[str, Any] | None = None
    interview_integrity: InterviewIntegrityResult | None = None
    integrity_analysis_v2: dict[str, Any] | None = None


class CheatDetection(Shown):
    object: Literal["cheat_detection"] = "cheat_detection"
    overall_confidence: float | None = None
    overall_ranking: int | None = None
    enabled: bool | None = None
    threshold: int | None = None
    types: list[str] | None = None
    web_interview: WebInterviewCheat | None = None
    resume: ResumeCheat | None = None


class PostingURLs(Shown):
    candidate_url: str | None = None
    ingestion_url_key: str | None = None
    review_url: str | None = None


class WorkflowStep(Shown):
    id: str | None = None
    type: str
    order: int
    config: dict[str, Any] = {}


class PostingResponse(Shown):
    object: Literal["posting"] = "posting"
    id: str
    company_id: str
    title: str
    name: str | None = None
    description: str
    language: str | None = "en"
    interviewer_name: str | None = None
    status: str
    finalized: bool
    archived: bool
    test_posting: bool
    workflow: list[WorkflowStep] = []
    urls: PostingURLs | None = None
    deadline: float | None = None
    redirect_url: str | None = None
    scheduling_url: str | None = None
    max_retakes: int | None = None
    allow_sms_comms: bool | None = False
    instructions: str | None = None
    company_overview: str | None = None
    job_overview: str | None = None
    interview_process_overview: str | None = None
    company_overview_delivery_mode: str | None = None
    job_overview_delivery_mode: str | None = None
    interview_process_overview_delivery_mode: str | None = None
    phone_number_id: str | None = None
    sender_email_id: str | None = None
    email_template_group_id: str | None = None
    design_template_group_id: str | None = None
    retake_cooldown_days: float | None = None
    email_report_to_candidate: bool | None = False
    ats_metadata: dict[str, Any] | None = None
    metadata: dict[str, str] | None = None
    created_at: float | None = None
    updated_at: float | None = None


class CreatePostingResponse(Shown):
    object: Literal["posting"] = "posting"
    id: str
    status: str
    urls: PostingURLs
    created_at: float
    posting: PostingResponse | None = None


class CustomDomainResponse(Shown):
    object: Literal["domain"] = "domain"
    id: str
    domain: str
    cname_target: str
    status: str
    active: bool
    created_at: float
    updated_at: float


class DesignTemplateGroupResponse(Shown):
    object: Literal["design_template_group"] = "design_template_group"
    id: str
    name: str
    template_mappings: dict[str, str]
    is_default: bool = False
    created_at: float
    updated_at: float


class DesignTemplateResponse(Shown):
    object: Literal["design_template"] = "design_template"
    id: str
    name: str
    template_type: str
    design_config: dict[str, Any]
    created_at: float
    updated_at: float


class EmailTemplateGroupResponse(Shown):
    object: Literal["email_template_group"] = "email_template_group"
    id: str
    name: str
    template_mappings: dict[str, str]
    sender_email_id: str | None = None
    created_at: float
    updated_at: float


class EmailTemplateResponse(Shown):
    object: Literal["email_template"] = "email_template"
    id: str
    template_key: str
    name: str
    subject: str
    content: str
    blackout_period: BlackoutPeriod | None = None
    created_at: float
    updated_at: float


class EnqueuePushResponse(Shown):
    status: str
    item_id: str | None = None
    error: str | None = None


class FormQuestionResult(Shown):
    question_id: str
    question_text: str
    question_type: str
    is_knockout: bool
    passed: bool
    candidate_answer: str | None = None
    expected_answer: str | None = None


class FormResult(Shown):
    object: Literal["form_result"] = "form_result"
    interview_id: str
    overall_status: str
    questions: list[FormQuestionResult] = []


class IngestCandidateResponse(Shown):
    object: Literal["candidate"] = "candidate"
    interview_id: str
    interview_url: str
    posting_id: str
    candidate: CandidateResponse | None = None


class ResumeEligibilityCriterion(Shown):
    criteria_id: str
    criteria_text: str
    passed: bool
    confidence: float
    reasons: list[str] = []


class ResumeScoreCriterion(Shown):
    criteria_id: str
    criteria_text: str
    score: float
    confidence: float
    reasons: list[str] = []


class ResumeResult(Shown):
    object: Literal["resume_result"] = "resume_result"
    interview_id: str
    overall_score: float | None = None
    is_eligible: bool | None = None
    score_criteria: list[ResumeScoreCriterion] = []
    eligibility_criteria: list[ResumeEligibilityCriterion] = []
    resume_url: str | None = None


class SMSCriterionResult(Shown):
    criteria_id: str
    criteria_text: str
    passed: bool
    confidence: float
    is_dealbreaker: bool = False
    reasons: list[str] = []


class SMSMessage(Shown):
    role: str
    text: str
    timestamp: float | None = None


class SMSResult(Shown):
    object: Literal["sms_result"] = "sms_result"
    interview_id: str
    is_eligible: bool
    confidence: float
    criteria: list[SMSCriterionResult] = []
    transcript: list[SMSMessage] = []
    messages_sent: int | None = None
    messages_received: int | None = None


class TranscriptEntry(Shown):
    speaker: str
    text: str
    timestamp: float
    timestamp_str: str


class ScorecardQuestion(Shown):
    question_id: str
    question_text: str
    score: int
    score_weight: int = 5
    evaluation_summary: str
    evaluation_criteria: str
    score_1_description: str | None = None
    score_5_description: str | None = None
    not_scored: bool = False
    rank: int
    transcript: list[TranscriptEntry] = []


class WebInterviewResult(Shown):
    object: Literal["web_interview_result"] = "web_interview_result"
    interview_id: str
    match_score: int
    highlights: list[str] = []
    lowlights: list[str] = []
    scorecard: list[ScorecardQuestion] = []
    speech_score: float | None = None
    transcript: list[TranscriptEntry] = []
    audio_recording_url: str | None = None
    video_recording_url: str | None = None
    tags: list[str] = []


class InterviewDataResponse(Shown):
    object: Literal["interview_data"] = "interview_data"
    interview_id: str
    candidate_id: str | None = None
    posting_id: str
    name: str
    email: str
    score: float | None = None
    status: str
    workflow: CandidateWorkflow | None = None
    web_interview: WebInterviewResult | None = None
    resume: ResumeResult | None = None
    sms: SMSResult | None = None
    form: FormResult | None = None
    cheat_detection: CheatDetection | None = None
    metadata: dict[str, str] | None = None
    data: dict[str, Any] | None = None


class InterviewTemplateResponse(Shown):
    object: Literal["interview_template"] = "interview_template"
    id: str
    template_code: str
    name: str
    description: str | None = None
    posting_id: str
    is_default: bool = False
    created_at: float
    updated_at: float


class MetadataResponse(Shown):
    object: str
    metadata: dict[str, str] = {}


class PaginationMeta(Shown):
    has_more: bool
    total_count: int | None = None
    url: str | None = None


class PhoneNumberResponse(Shown):
    object: Literal["phone_number"] = "phone_number"
    id: str
    phone_number: str
    country_code: str | None = None
    active: bool
    date_provisioned: float | None = None


class PostingStatsResponse(Shown):
    object: Literal["posting_stats"] = "posting_stats"
    posting_id: str
    title: str
    name: str | None = None
    total_candidates: int
    completed_interviews: int
    average_interview_score: float | None = None
    average_resume_score: float | None = None


class PostingSummary(Shown):
    object: Literal["posting_summary"] = "posting_summary"
    id: str
    title: str
    name: str | None = None


class QuestionResponse(Shown):
    object: Literal["question"] = "question"
    id: str
    posting_id: str
    modality: str
    text: str
    rank: int | None = None
    evaluation_criteria: str | None = None
    score_of_1: str | None = None
    score_of_5: str | None = None
    score_weight: int | None = None
    not_scored: bool | None = None
    question_type: str | None = None
    min_follow_ups: int | None = None
    max_follow_ups: int | None = None
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
    created_at: float | None = None
    updated_at: float | None = None


class QueueItemStatus(Shown):
    item_id: str
    status: str
    event_type: str | None = None
    retry_count: int = 0
    failure_instances: list[dict[str, Any]] = []
    success_details: dict[str, Any] | None = None
    created_at: float | None = None
    updated_at: float | None = None


class ResolveCandidateResponse(Shown):
    success: bool
    status: str = ""
    email: str | None = None
    ats_candidate_id: str | None = None
    matches: list[CandidateMatch] = []
    error: str | None = None


class SenderEmailResponse(Shown):
    object: Literal["sender_email"] = "sender_email"
    id: str
    email_prefix: str
    domain: str
    full_email: str
    domain_id: str
    created_at: float


class VoiceResponse(Shown):
    object: Literal["voice"] = "voice"
    id: str
    provider: str
    provider_voice_id: str
    name: str
    language: str | None = None
    country_code: str | None = None
    gender: str | None = None
    preview_url: str | None = None
    labels: dict[str, str] = {}
    created_at: float
    updated_at: float


class WebhookResponse(Shown):
    object: Literal["webhook"] = "webhook"
    webhook_id: str
    posting_id: str
    webhook_url: str
    event_type: str
    is_active: bool
    created_at: float
    updated_at: float

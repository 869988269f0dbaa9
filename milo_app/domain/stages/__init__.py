"""What tells one kind of stage from another; everything else treats stages alike."""

from milo_app.domain.stages.kinds import Missing, StageType, all_kinds, of

__all__ = ["Missing", "StageType", "all_kinds", "of"]

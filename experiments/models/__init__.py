"""The rows, one file per noun."""

from experiments.models.costs import Cost
from experiments.models.endpoints import EndpointSpending, EndpointTicket
from experiments.models.library import Dataset, DatasetVersion, GoldRead, GoldReference, LanguageModel, Row
from experiments.models.measures import Alarm, LatestMetric, Metric
from experiments.models.people import OneTimeLink, Role, User
from experiments.models.projects import Project
from experiments.models.reviews import Notice, Review
from experiments.models.runs import Artefact, ArtefactUse, Run, RunEvent, RunModel
from experiments.models.schedules import Schedule, ScheduleFire
from experiments.models.states import Preparation, RunStatus, WorkStatus
from experiments.models.traces import Candidate, Selection, Signal, Trace
from experiments.models.work import Chunk, Iteration, Work, Worker

__all__ = [
    "Alarm",
    "Artefact",
    "ArtefactUse",
    "Candidate",
    "Chunk",
    "Cost",
    "Dataset",
    "DatasetVersion",
    "EndpointSpending",
    "EndpointTicket",
    "GoldRead",
    "GoldReference",
    "Iteration",
    "LanguageModel",
    "LatestMetric",
    "Metric",
    "Notice",
    "OneTimeLink",
    "Preparation",
    "Project",
    "Review",
    "Role",
    "Row",
    "Run",
    "RunEvent",
    "RunModel",
    "RunStatus",
    "Schedule",
    "ScheduleFire",
    "Selection",
    "Signal",
    "Trace",
    "User",
    "Work",
    "WorkStatus",
    "Worker",
]

"""Durable work, enqueued by rows in the same database and the same transaction as what it is about."""

from __future__ import annotations

import functools
import logging

import sqlalchemy as sa
from dbos import DBOSClient, EnqueueOptions
from dbos._serialization import DBOSPortableJSONSerializer

from milo_app.services.work import Work

#: Pinned: DBOS would derive it from the code, and then leave work pending from before an upgrade for ever.
APPLICATION_VERSION = "1"
APPLICATION_NAME = "milo"

#: Any work, as it comes.
GENERAL_QUEUE = "milo"
#: One at a time for each application, in order: two of these never act on one application at once.
APPLICATION_QUEUE = "milo_application"
#: Emails to candidates, few at a time: a provider takes them slowly, and nothing else shall wait behind hundreds.
EMAIL_QUEUE = "milo_email"
#: Texts: where the provider does not answer they wait for each other, and nothing else waits for them.
TEXT_QUEUE = "milo_text"
#: Work whose first argument is the application that it is about, and the partition it waits in.
BY_APPLICATION = frozenset(
    {Work.ADVANCE_APPLICATION, Work.HANDLE_INBOUND_TEXT, Work.SETTLE_TEXTS, Work.EVALUATE_CRITERION}
)

_QUEUES = {
    Work.DELIVER_EMAIL: EMAIL_QUEUE,
    Work.DELIVER_TEXT: TEXT_QUEUE,
    Work.LOOK_UP_MESSAGE: TEXT_QUEUE,
}


class WorkQueue:
    """Writes the rows that DBOS picks up, and knows what whoever runs them must agree on. It runs no workflow."""

    application_name = APPLICATION_NAME
    application_version = APPLICATION_VERSION
    general = GENERAL_QUEUE
    by_application = APPLICATION_QUEUE
    email = EMAIL_QUEUE
    text = TEXT_QUEUE
    #: Ids and small values as JSON, never pickles: readable by hand and by a later release.
    serializer = DBOSPortableJSONSerializer()

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    @functools.cached_property
    def _client(self) -> DBOSClient:
        logging.getLogger("dbos").setLevel(logging.WARNING)
        return DBOSClient(
            system_database_engine=self._engine,
            serializer=self.serializer,
            application_name=APPLICATION_NAME,
            lazy=True,
        )

    def enqueue(self, connection: sa.Connection, work: Work, *ids: str, key: str | None = None) -> None:
        """Add one piece of work to the transaction of *connection*.

        Its id is made of *work* and *key*, or else *ids*. An id that exists already, finished or not, is left alone.
        """
        options: EnqueueOptions = {
            "workflow_name": work.value,
            "workflow_id": f"{work.value}:{key or ':'.join(ids)}",
            "queue_name": GENERAL_QUEUE,
            "app_version": APPLICATION_VERSION,
        }
        if work in BY_APPLICATION:
            options["queue_name"] = APPLICATION_QUEUE
            options["queue_partition_key"] = ids[0]
        elif work in _QUEUES:
            options["queue_name"] = _QUEUES[work]
        self._client.enqueue_in_transaction(connection, options, *ids)

    def dispose(self) -> None:
        """Let go of the client; the engine belongs to `Database`."""
        if "_client" in self.__dict__:
            self._client.destroy()
            del self.__dict__["_client"]

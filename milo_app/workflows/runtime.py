"""Runs durable work inside a process: starts DBOS, takes over what dead processes left, sweeps what has come due."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from dbos import DBOS, DBOSConfig

from milo_app import bootstrap
from milo_app.config import Settings
from milo_app.services import reminders, webhooks_out
from milo_app.services.ports import Deps
from milo_app.workflows import registry, sweeping

log = logging.getLogger(__name__)

#: How often a live process looks for dead ones, in seconds.
REAP_EVERY = 5.0
#: How often due rows are swept, in seconds. An answer that comes in several texts waits for it.
SWEEP_EVERY = 2.0
#: How often applications are looked at whose reminder or deadline has come, in seconds.
REMIND_EVERY = 20.0
#: How long the record of finished work is kept.
KEEP_FINISHED = timedelta(days=30)


class CannotStart(Exception):
    """Durable work cannot run in this process. The message is one sentence that names the mend."""


class Runtime:
    """Durable work of one process, between `start` and `stop`. A process has one."""

    def __init__(self, deps: Deps, settings: Settings, *, executor: str) -> None:
        self.deps, self.settings, self.executor = deps, settings, executor
        self._locks = bootstrap.executor_locks(settings)
        self._queue = bootstrap.database(deps).queue
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.lost = threading.Event()

    def start(self) -> None:
        """Take this executor's name and begin to run work.

        Raises:
            CannotStart: when a live process has that name.
        """
        if not self._locks.hold(self.executor):
            where = self.settings.data if self.settings.sqlite else "this database"
            raise CannotStart(
                f"Another Milo already runs the work of {where} as “{self.executor}”: stop it first, or give "
                "this one a MILO_DATA of its own."
            )
        try:
            self._launch()
        except BaseException:
            self._locks.release()
            raise
        self._thread = threading.Thread(target=self._tend, name="milo-work", daemon=True)
        self._thread.start()

    def stop(self, *, wait: int = 5) -> None:
        """Stop taking work and wait up to *wait* seconds for what is under way; what is cut off runs again later."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=10)
            self._thread = None
        DBOS.destroy(workflow_completion_timeout_sec=wait)
        self._locks.release()

    def check(self) -> None:
        """Nothing where this process does durable work.

        Raises:
            RuntimeError: when its name went to another process, or the thread that looks after the work has ended.
        """
        if self.lost.is_set():
            raise RuntimeError("Another process runs the work under this name.")
        if self._thread is None or not self._thread.is_alive():
            raise RuntimeError("Durable work is not running.")

    def _launch(self) -> None:
        logging.getLogger("dbos").setLevel(logging.WARNING)
        registry.register()
        config: DBOSConfig = {
            "name": self._queue.application_name,
            "system_database_url": bootstrap.database(self.deps).plain_url,
            "application_version": self._queue.application_version,
            "executor_id": self.executor,
            "serializer": self._queue.serializer,
            "log_level": "WARNING",
            "console_log_level": "WARNING",
            "enable_otlp": False,
            "run_migrations": False,
            "scheduler_polling_interval_sec": 3600.0,
            "notification_listener_polling_interval_sec": 1.0,
            "max_executor_threads": 32,
        }
        if (engine := bootstrap.database(self.deps).bookkeeping_engine()) is not None:
            config["system_database_engine"] = engine
        DBOS(config=config)
        DBOS.launch()
        pause = 0.1 if self.settings.sqlite else 0.5
        busy = 4 if self.settings.sqlite else 16
        DBOS.register_queue(self._queue.general, worker_concurrency=busy, polling_interval_sec=pause)
        DBOS.register_queue(self._queue.email, worker_concurrency=2, polling_interval_sec=pause)
        DBOS.register_queue(self._queue.text, worker_concurrency=busy, polling_interval_sec=pause)
        DBOS.register_queue(
            self._queue.by_application,
            worker_concurrency=busy,
            partition_concurrency=1,
            polling_interval_sec=pause,
        )

    def _tend(self) -> None:
        """Every few seconds the dead, every other second what is due, every hour what is old."""
        due: dict[Callable[[], object], float] = {
            self._reap: REAP_EVERY,
            self._sweep: SWEEP_EVERY,
            self._tell: SWEEP_EVERY,
            self._remind: REMIND_EVERY,
            self._forget: 3600.0,
            bootstrap.database(self.deps).optimize: 3600.0,
        }
        waited = dict.fromkeys(due, 0.0)
        # At once: work may have come due, or a process died, while nothing ran.
        self._safely(self._reap)
        self._safely(self._sweep)
        self._safely(bootstrap.database(self.deps).optimize)
        while not self._stopping.wait(1.0):
            for job, every in due.items():
                waited[job] += 1.0
                if waited[job] >= every:
                    waited[job] = 0.0
                    self._safely(job)

    def _safely(self, job: Callable[[], object]) -> None:
        try:
            job()
        except Exception:
            log.exception("Tending durable work failed and goes on")

    def _sweep(self) -> None:
        sweeping.sweep(self.deps)

    def _tell(self) -> None:
        webhooks_out.sweep(self.deps)

    def _remind(self) -> None:
        reminders.sweep(self.deps)

    def _reap(self) -> None:
        """Give the unfinished work of dead executors to those that live."""
        if not self._locks.still_held():
            log.error("The lock of executor %s was lost to another process", self.executor)
            self.lost.set()
            return
        pending = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        others = {one.executor_id for one in pending if one.executor_id} - {self.executor}
        dead = sorted(name for name in others if self._locks.is_free(name))
        if dead:
            log.warning("Taking over the work of %s", ", ".join(dead))
            # What DBOS's own paid service calls; the public call resumes also what still runs.
            DBOS._recover_pending_workflows(dead)  # pyright: ignore[reportPrivateUsage]

    def _forget(self) -> None:
        """Delete the record of work that finished long ago, and what else has served its time."""
        sweeping.forget(self.deps)
        before = (datetime.now(UTC) - KEEP_FINISHED).isoformat()
        while not self._stopping.is_set():
            old = DBOS.list_workflows(
                status=["SUCCESS", "ERROR", "CANCELLED"],
                completed_before=before,
                limit=500,
                load_input=False,
                load_output=False,
            )
            if not old:
                return
            DBOS.delete_workflows([one.workflow_id for one in old])


def start(deps: Deps, settings: Settings, *, executor: str = "web") -> Runtime:
    """Run durable work in this (the serving) process.

    Raises:
        CannotStart: when another process serves the same data.
    """
    runtime = Runtime(deps, settings, executor=executor)
    runtime.start()
    return runtime


def work_forever(deps: Deps, settings: Settings) -> None:
    """Be a worker until told to stop (SIGTERM, Ctrl-C), under the first free name.

    Raises:
        CannotStart: on SQLite, which has one writer at a time.
    """
    if settings.sqlite:
        raise CannotStart(
            "A worker of its own needs PostgreSQL (MILO_DATABASE_URL): on SQLite the serving process does all work."
        )
    bootstrap.migrate(settings)
    stop = threading.Event()

    def told(*_: object) -> None:
        stop.set()

    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, told)
    runtime = _first_free(deps, settings)
    try:
        while not stop.wait(1.0):
            if runtime.lost.is_set():
                raise CannotStart("The connection that names this worker was lost; start it again.")
    finally:
        runtime.stop()


def _first_free(deps: Deps, settings: Settings) -> Runtime:
    for number in range(1, 1000):
        try:
            return start(deps, settings, executor=f"worker-{number}")
        except CannotStart:
            continue
    raise CannotStart("A thousand workers run already.")

"""`key add`, `key list`, `key revoke`: keys for other programs."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from milo_app.cli.interviewer import within
from milo_app.cli.output import Json, Workspace, faults_told, run, tell
from milo_app.domain import records as r

app = typer.Typer(no_args_is_help=True, help="Keys by which other programs use the API.")


@app.command("add")
def add_key(
    name: Annotated[str, typer.Option("--name", help="What it is for.")],
    scope: Annotated[
        list[str] | None, typer.Option("--scope", help="read, write, admin; several times.")
    ] = None,
    days: Annotated[int, typer.Option("--days", help="How long it works; 0 until it is revoked.")] = 0,
    member: Annotated[str, typer.Option("--member", help="Whose rights it has; the first admin's.")] = "",
    workspace: Workspace = "",
    as_json: Json = False,
) -> None:
    """Make a key and print it; it is never shown again."""
    from milo_app.services import api_keys

    with faults_told():
        chosen = scope or ["read", "write"]
        actor = within(workspace)
        key, secret = run(api_keys.add, actor, name=name, scopes=chosen, days=days or None, email=member)
        tell({**_view(key), "key": secret}, as_json, f"{secret}\nKeep it now: it is not shown again.")


@app.command("list")
def list_keys(workspace: Workspace = "", as_json: Json = False) -> None:
    """List a workspace's keys, without their secrets."""
    from milo_app.services import api_keys

    with faults_told():
        keys = [_view(key) for key in run(api_keys.listed, within(workspace))]
        lines = [
            f"{k['id']}  {k['hint']}…  {k['name']}  ({', '.join(k['scopes'])}) {k['state']}" for k in keys
        ]
        tell(keys, as_json, "\n".join(lines) or "There are no keys yet.")


@app.command("revoke")
def revoke_key(key_id: str, workspace: Workspace = "", as_json: Json = False) -> None:
    """Take a key back; it opens nothing from now on."""
    from milo_app.services import api_keys

    with faults_told():
        key = run(api_keys.revoke, within(workspace), key_id=key_id)
        tell(_view(key), as_json, f"{key.name} works no longer.")


def _view(key: r.ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "hint": key.hint,
        "scopes": list(key.scopes),
        "state": "revoked" if key.revoked_at else "active",
        "created_at": key.created_at.isoformat(),
        "expires_at": key.expires_at.isoformat() if key.expires_at else None,
        "used_at": key.used_at.isoformat() if key.used_at else None,
    }

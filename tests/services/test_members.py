"""Who may sign in, and who may not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor, SystemActor, Visitor
from milo_app.domain.errors import Conflict, Forbidden, Gone, Invalid, NotFound, Throttled
from milo_app.services import brand as brands
from milo_app.services import members, sessions, signing_in
from tests import builders

PASSWORD = "a calm sentence"


@pytest.fixture
def member(deps, uow_write) -> r.Member:
    hashed = deps.passwords.hash(PASSWORD)
    with uow_write() as uow:
        workspace = builders.create_workspace(uow)
        return builders.create_member(uow, workspace, email="rita@example.com", password_hash=hashed)


def actor_of(member: r.Member, session_id: str = "") -> MemberActor:
    return MemberActor(
        workspace_id=member.workspace_id, member_id=member.id, role=member.role, session_id=session_id
    )


def sign_in(deps, password: str = PASSWORD, email: str = "rita@example.com", **more) -> signing_in.SignedIn:
    return signing_in.sign_in(deps, Visitor(network="10.0.0.1"), email=email, password=password, **more)


class TestSignIn:
    def test_right_password(self, deps, uow_read, member):
        """The secret opens the session, and only its hash is kept."""
        secret = sign_in(deps, email=" Rita@Example.com ").secret
        with uow_read() as uow:
            assert sessions.member_of(uow, SystemActor(), secret=secret).member_id == member.id
            assert all(secret not in str(s) for s in uow.sessions.find())

    @pytest.mark.parametrize(
        ("email", "password"), [("rita@example.com", "wrong"), ("nobody@example.com", PASSWORD)]
    )
    def test_wrong(self, deps, member, email, password):
        """An unknown address and a wrong password read the same."""
        with pytest.raises(Invalid) as wrong:
            sign_in(deps, password, email)
        assert list(wrong.value.fields) == ["password"]
        assert "do not match" in wrong.value.message

    def test_disabled(self, deps, uow_write, member):
        with uow_write() as uow:
            builders.create_member(uow, uow.workspaces.get(member.workspace_id))
            members.set_disabled(uow, SystemActor(), member_id=member.id, disabled=True)
        with pytest.raises(Invalid):
            sign_in(deps)

    def test_throttled(self, deps, clock, member):
        """After eight failures nothing is tried any more, not even the right password, until time has passed."""
        for _ in range(8):
            with pytest.raises(Invalid):
                sign_in(deps, "wrong")
        with pytest.raises(Throttled):
            sign_in(deps)
        clock.move(timedelta(minutes=11))
        assert sign_in(deps).secret

    def test_success_is_no_failure(self, deps, member):
        """Signing in often is not held against anyone."""
        for _ in range(12):
            sign_in(deps)

    def test_old_session_is_replaced(self, deps, uow_read, member):
        first = sign_in(deps).secret
        sign_in(deps, old=first)
        with uow_read() as uow:
            assert sessions.member_of(uow, SystemActor(), secret=first) is None


class TestLinks:
    def asked(self, deps, uow_read, email="rita@example.com") -> list[r.Message]:
        signing_in.request_link(deps, Visitor(network="10.0.0.1"), email=email)
        with uow_read() as uow:
            return uow.messages.find(kind="sign_in")

    def test_once(self, deps, uow_read, uow_write, member):
        """A link signs in once; looking at it changes nothing."""
        [message] = self.asked(deps, uow_read)
        secret = message.variables["link"].rsplit("/", 1)[1]
        with uow_write() as uow:
            signing_in.look_at_link(uow, SystemActor(), secret=secret, purpose="sign_in")
            assert signing_in.use_link(uow, SystemActor(), secret=secret).member.id == member.id
        with uow_write() as uow, pytest.raises(Gone) as gone:
            signing_in.use_link(uow, SystemActor(), secret=secret)
        assert gone.value.reason == "used"

    def test_expires(self, deps, clock, uow_read, uow_write, member):
        [message] = self.asked(deps, uow_read)
        clock.move(timedelta(hours=1))
        with uow_write() as uow, pytest.raises(Gone) as gone:
            signing_in.use_link(uow, SystemActor(), secret=message.variables["link"].rsplit("/", 1)[1])
        assert gone.value.reason == "expired"

    def test_stranger_gets_nothing(self, deps, uow_read, member):
        assert self.asked(deps, uow_read, "stranger@example.com") == []

    def test_made_up(self, uow_write, member):
        with uow_write() as uow, pytest.raises(NotFound):
            signing_in.use_link(uow, SystemActor(), secret="made-up")


class TestSetUp:
    def test_owner(self, deps, uow_write, uow_read):
        """The first link makes the owner's account and is used up; then there is no other."""
        with uow_write() as uow:
            stale = signing_in.first_set_up_url(uow, SystemActor())
            url = signing_in.first_set_up_url(uow, SystemActor())
        given = {"name": "Olga", "email": "olga@example.com", "company": "Northlight", "password": PASSWORD}
        visitor = Visitor(network="10.0.0.1")
        with pytest.raises(Gone):
            signing_in.set_up(deps, visitor, secret=stale.rsplit("/", 1)[1], **given)
        with pytest.raises(Invalid) as problem:
            signing_in.set_up(
                deps, visitor, secret=url.rsplit("/", 1)[1], **{**given, "password": "short", "email": "x"}
            )
        assert set(problem.value.fields) == {"password", "email"}
        owner = signing_in.set_up(deps, visitor, secret=url.rsplit("/", 1)[1], **given).member
        assert owner.role is r.Role.ADMIN
        with uow_write() as uow:
            assert uow.workspaces.get(owner.workspace_id).name == "Northlight"
            assert signing_in.first_set_up_url(uow, SystemActor()) is None

    def test_invited_member(self, deps, uow_write, uow_read, member):
        """Somebody who was added chooses a password by the link in their email."""
        with uow_write(actor_of(member)) as uow:
            added = members.add_member(uow, actor_of(member), email="new@example.com", role="viewer")
        with uow_read() as uow:
            [message] = uow.messages.find(kind="set_up")
        secret = message.variables["link"].rsplit("/", 1)[1]
        done = signing_in.set_up(deps, Visitor(network="x"), secret=secret, name="Nia", password=PASSWORD)
        assert (done.member.id, done.member.name) == (added.id, "Nia")
        assert sign_in(deps, email="new@example.com").member.id == added.id


class TestMembers:
    def test_only_admins(self, uow_write, member):
        viewer = MemberActor(workspace_id=member.workspace_id, member_id=member.id, role=r.Role.RECRUITER)
        with uow_write(viewer) as uow, pytest.raises(Forbidden):
            members.add_member(uow, viewer, email="x@example.com")

    def test_same_address_twice(self, uow_write, member):
        with uow_write(actor_of(member)) as uow, pytest.raises(Invalid):
            members.add_member(uow, actor_of(member), email="rita@example.com")

    def test_last_admin_stays(self, uow_write, member):
        with uow_write(actor_of(member)) as uow, pytest.raises(Conflict):
            members.change_role(uow, actor_of(member), member_id=member.id, role="viewer")
        with uow_write(actor_of(member)) as uow, pytest.raises(Conflict):
            members.set_disabled(uow, actor_of(member), member_id=member.id, disabled=True)

    def test_sessions_end(self, deps, uow_write, uow_read, member):
        """Ending all others leaves the one in use."""
        first, second = sign_in(deps).secret, sign_in(deps).secret
        with uow_read() as uow:
            actor = sessions.member_of(uow, SystemActor(), secret=second)
        with uow_write(actor) as uow:
            assert members.revoke_sessions(uow, actor) == 1
        with uow_read() as uow:
            assert sessions.member_of(uow, SystemActor(), secret=first) is None
            assert sessions.member_of(uow, SystemActor(), secret=second) is not None

    def test_foreign_member(self, uow_write, member):
        """Somebody of another workspace cannot be found."""
        with uow_write() as uow:
            other = builders.create_member(uow, builders.create_workspace(uow))
        with uow_write(actor_of(member)) as uow, pytest.raises(NotFound):
            members.change_role(uow, actor_of(member), member_id=other.id, role="viewer")

    def test_brand(self, uow_write, member):
        brand = {
            "name": "Northlight",
            "color": "#123456",
            "support_email": "a@b.co",
            "privacy_url": "https://x.co",
        }
        with uow_write(actor_of(member)) as uow:
            brands.save(uow, actor_of(member), brand=brand)
            shown = members.settings(uow, actor_of(member))
            assert shown["brand"] == {**brand, "logo_url": ""}
            with pytest.raises(Invalid) as problem:
                brands.save(
                    uow, actor_of(member), brand={"name": "", "color": "red", "privacy_url": "javascript:1"}
                )
            assert set(problem.value.fields) == {"name", "color", "privacy_url"}

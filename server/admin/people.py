"""The pages on which administrators give, close and open accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from multidict import MultiDict

from server.access.actor import Actor, Scope
from server.access.permissions import Permission, Role
from server.accounts import queries as accounts
from server.accounts import service
from server.accounts.forms import NewPerson
from server.admin import handover, queries
from server.admin.forms import NewPersonSteps, PeopleQuestion
from server.core.errors import Invalid
from server.facilities import queries as facilities
from server.facilities.models import Facility
from server.web.context import db_and_actor
from server.web.forms import Form, bind, blank, read_form
from server.web.paths import path_id
from server.web.responses import page, redirect
from server.web.routes import route

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web
    from sqlalchemy.ext.asyncio import AsyncSession

_LIST = "admin/people.html.j2"
_STEPS = "admin/person-new.html.j2"
_FORM = "admin/person-form.html.j2"
_PERSON = "admin/person.html.j2"
_MOST_CHOICES = 20


async def list_people(request: web.Request) -> web.Response:
    """List the people of the province, or those whose names hold the words."""
    db, actor = db_and_actor(request)
    form = bind(request, PeopleQuestion, MultiDict(request.query))
    words = form.data.q if form.data else ""
    people = await accounts.search(db, actor, words)
    return page(
        request,
        _LIST,
        status=200 if form.data else 422,
        form=form,
        form_errors=form.errors,
        people=people,
        searched=bool(words),
    )


async def show_new(request: web.Request) -> web.Response:
    """Ask for the role, then the place, then the rest."""
    db, actor = db_and_actor(request)
    steps = bind(request, NewPersonSteps, MultiDict(request.query))
    asked = steps.data or NewPersonSteps()
    if asked.role and asked.facility:
        facility = await facilities.get(db, actor, asked.facility)
        chosen = {"role": asked.role.value, "facility_id": facility.id}
        return await _form(request, blank(request, chosen), asked.role, facility)
    return await _steps(request, steps, asked)


async def create(request: web.Request) -> web.Response:
    """Give the account and show the password to hand over."""
    db, actor = db_and_actor(request)
    form = await read_form(request, NewPerson)
    if form.data is None:
        return await _form_again(request, form)
    given = form.data
    new = service.NewAccount(
        full_name=given.full_name,
        username=given.username,
        role=given.role,
        facility_id=given.facility_id,
        title=given.title,
        department_ids=tuple(given.department_ids),
        phone=given.phone,
        licence_number=given.licence_number,
    )
    try:
        # What was added before the refusal must not stay: the request goes on to its commit.
        async with db.begin_nested():
            person, password = await service.create(db, actor, new)
    except Invalid as refusal:
        return await _form_again(request, form.refused(refusal))
    return handover.carry(redirect(f"/admin/people/{person.id}"), person.id, password)


async def show_person(request: web.Request) -> web.Response:
    """Show a person, where they are signed in, and a password that was just made."""
    person_id = path_id(request, "id")
    password = handover.carried(request, person_id)
    response = await _person(request, person_id, blank(request), password=password)
    return handover.forget(response) if password else response


async def disable(request: web.Request) -> web.Response:
    """Close the account and end its sessions."""
    return await _act(request, service.disable)


async def enable(request: web.Request) -> web.Response:
    """Open the account again."""
    return await _act(request, service.enable)


async def reset_password(request: web.Request) -> web.Response:
    """Make a new password and show it."""
    return await _act(request, service.reset_password)


async def _act(
    request: web.Request,
    act: Callable[[AsyncSession, Actor, UUID], Awaitable[str | None]],
) -> web.Response:
    db, actor = db_and_actor(request)
    person_id = path_id(request, "id")
    try:
        password = await act(db, actor, person_id)
    except Invalid as refusal:
        form = blank(request).refused(refusal)
        return await _person(request, person_id, form, status=422)
    response = redirect(f"/admin/people/{person_id}")
    return handover.carry(response, person_id, password) if password else response


async def _person(
    request: web.Request,
    person_id: UUID,
    form: Form[Any],
    *,
    status: int = 200,
    password: str | None = None,
) -> web.Response:
    db, actor = db_and_actor(request)
    person = await accounts.get(db, actor, person_id)
    return page(
        request,
        _PERSON,
        status=status,
        form=form,
        form_errors=form.errors,
        shown=person,
        departments=await queries.department_names(db, person_id),
        sessions=await queries.open_sessions(db, person_id),
        password=password,
        manageable=actor.scope is Scope.COUNTRY
        or person.role not in service.ADMINISTRATORS,
        own=person.id == actor.id,
    )


async def _form_again(request: web.Request, form: Form[NewPerson]) -> web.Response:
    """Show the form with what was typed, or the steps when role or place is unusable."""
    db, actor = db_and_actor(request)
    typed = {"role": form.value("role"), "facility": form.value("facility_id")}
    steps = bind(request, NewPersonSteps, MultiDict(typed)).data
    if steps is None or steps.role is None or steps.facility is None:
        return await _steps(request, form, NewPersonSteps(), status=422)
    facility = await facilities.get(db, actor, steps.facility)
    return await _form(request, form, steps.role, facility)


async def _steps(
    request: web.Request, form: Form[Any], asked: NewPersonSteps, status: int = 200
) -> web.Response:
    db, actor = db_and_actor(request)
    found = await _choices(db, actor, asked) if asked.role else []
    return page(
        request,
        _STEPS,
        status=status,
        form=form,
        form_errors=form.errors,
        roles=_roles(actor),
        role=asked.role,
        facilities=found,
        more=len(found) == _MOST_CHOICES,
    )


async def _form(
    request: web.Request, form: Form[Any], role: Role, facility: Facility
) -> web.Response:
    db, _ = db_and_actor(request)
    needed = role is Role.SPECIALIST
    return page(
        request,
        _FORM,
        status=422 if form.errors else 200,
        form=form,
        form_errors=form.errors,
        role=role,
        facility=facility,
        departments=await facilities.departments(db, facility.id) if needed else [],
        doctor=role in {Role.STATION_DOCTOR, Role.SPECIALIST},
    )


async def _choices(
    db: AsyncSession, actor: Actor, asked: NewPersonSteps
) -> list[Facility]:
    kinds = service.PLACES[asked.role] if asked.role else frozenset()
    found = await facilities.search(
        db, actor, facilities.Search(asked.q, kinds=kinds), _MOST_CHOICES
    )
    return list(found)


def _roles(actor: Actor) -> list[Role]:
    everywhere = actor.scope is Scope.COUNTRY
    return [role for role in Role if everywhere or role not in service.ADMINISTRATORS]


_NEEDS = Permission.ACCOUNTS_MANAGE
ROUTES = [
    route("GET", "/admin/people", list_people, needs=_NEEDS),
    route("GET", "/admin/people/new", show_new, needs=_NEEDS),
    route("POST", "/admin/people/new", create, needs=_NEEDS),
    route("GET", "/admin/people/{id}", show_person, needs=_NEEDS),
    route("POST", "/admin/people/{id}/disable", disable, needs=_NEEDS),
    route("POST", "/admin/people/{id}/enable", enable, needs=_NEEDS),
    route("POST", "/admin/people/{id}/reset-password", reset_password, needs=_NEEDS),
]

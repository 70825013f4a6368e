"""Whatever a program sends, the API answers as its description says."""

import asyncio
from pathlib import PurePosixPath
from uuid import UUID, uuid4

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from server.access.permissions import ROLE_PERMISSIONS, Access, Role
from server.app import make_app
from server.demo import PASSWORD
from server.web.routes import TABLE
from tests.contract.objects import kinds_of
from tests.contract.world import one_of_each

# Without a node that is alive a call has nowhere to go, which is an honest 503.
pytestmark = pytest.mark.usefixtures("node")
CHECKS = [
    content_type_conformance,
    negative_data_rejection,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
]
CAST = {
    Role.STATION_DOCTOR: "binh",
    Role.SPECIALIST: "minh",
    Role.COORDINATOR: "thu",
    Role.PROVINCIAL_ADMIN: "quan",
    Role.SYSTEM_ADMIN: "admin",
}
PDF = "application/pdf"
LONGEST_URL = 8000
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
ANY_CASE = settings(
    max_examples=5,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
async def document(site) -> dict:
    def fetch():
        return requests.get(f"{root_of(site)}/api/v1/openapi.json", timeout=10)

    answer = await asyncio.to_thread(fetch)
    assert answer.status_code == 200
    return answer.json()


async def token_of(site, role: Role | None) -> str | None:
    """Sign in as the one of the cast with this role."""
    if role is None:
        return None

    def sign_in():
        return requests.post(
            f"{root_of(site)}/api/v1/tokens",
            json={"username": CAST[role], "password": PASSWORD},
            timeout=20,
        )

    answer = await asyncio.to_thread(sign_in)
    return answer.json()["access_token"]


def root_of(site) -> str:
    return f"http://{site.host}:{site.port}"


def test_the_description_is_valid_openapi(document):
    schemathesis.openapi.from_dict(document).validate()
    assert document["openapi"].startswith("3.1")


def test_the_description_holds_every_operation_of_the_route_table(document, settings):
    declared = {
        (one.method.lower(), one.path)
        for one in make_app(settings)[TABLE].values()
        if one.is_api
    }
    described = {
        (method, path)
        for path, operations in document["paths"].items()
        for method in operations
    }
    assert described == declared


def test_every_operation_has_a_name_of_its_own_and_says_what_it_is_for(document):
    operations = [one for path in document["paths"].values() for one in path.values()]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names)
    assert all(one["summary"] for one in operations)


def test_every_reference_leads_somewhere(document):
    def references(part):
        if isinstance(part, dict):
            yield from ([part["$ref"]] if "$ref" in part else [])
            for one in part.values():
                yield from references(one)
        elif isinstance(part, list):
            for one in part:
                yield from references(one)

    for reference in set(references(document)):
        found = document
        for name in PurePosixPath(reference.removeprefix("#/")).parts:
            found = found[name]
        assert found


def test_files_are_described_as_what_they_are(document):
    paths = document["paths"]
    adding = paths["/api/v1/referrals/{id}/documents"]["post"]["requestBody"]
    assert adding["required"]
    form = adding["content"]["multipart/form-data"]["schema"]
    assert form["properties"]["file"]["items"]["format"] == "binary"
    assert form["required"] == ["file"]
    for path, kinds in (
        ("/documents/{id}", {"image/jpeg", "image/png", "image/webp", PDF}),
        ("/records/{id}/minutes.pdf", {PDF}),
        ("/reports/counts.csv", {"text/csv"}),
    ):
        answered = paths[f"/api/v1{path}"]["get"]["responses"]["200"]["content"]
        assert answered.keys() == kinds


class Runner:
    """Sends the cases of one operation as one role, to objects that exist."""

    def __init__(self, root: str, token: str | None, ids: dict[str, UUID]) -> None:
        self.root = root
        self.ids = ids
        self.session = requests.Session()
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.count = 0
        self.last = ""

    def send(self, case) -> None:
        self._name_what_exists(case)
        headers = dict(self.headers)
        key = (case.headers or {}).get("Idempotency-Key")
        if key and case.meta.generation.mode is GenerationMode.POSITIVE:
            headers["Idempotency-Key"] = uuid4().hex
        answer = case.call(
            base_url=self.root, session=self.session, headers=headers, timeout=20
        )
        self.count += 1
        self.last = f"{case.method} {answer.request.url} {answer.request.body!r}"
        if len(answer.request.url) > LONGEST_URL:
            assert answer.status_code == 400  # refused before it is anybody's request
            return
        case.validate_response(answer, checks=CHECKS)
        assert answer.status_code != 401 or not self.headers, "the token has run out"
        if answer.status_code >= 400:
            kind = answer.headers["content-type"][0]
            assert kind == "application/problem+json", (case.as_curl_command(), kind)
            problem = answer.json()
            assert problem["status"] == answer.status_code
            assert problem["code"]
            assert problem["detail"]

    def _name_what_exists(self, case) -> None:
        for name, value in (case.path_parameters or {}).items():
            if name in self.ids and is_uuid(value):
                case.path_parameters[name] = str(self.ids[name])


def is_uuid(value) -> bool:
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True


def run(operation, runner: Runner) -> None:
    """Send every boundary case, then some at random."""
    schema = operation.schema
    for mode in MODES:
        for case in schema.iter_coverage_cases(
            operation,
            generation_modes=[mode],
            generation_config=schema.config.generation_for(operation=operation),
        ):
            runner.send(case)
    for mode in MODES:
        try:
            ANY_CASE(given(operation.as_strategy(generation_mode=mode))(runner.send))()
        except Unsatisfiable:
            continue  # nothing wrong can be said where nothing is asked


# Nobody comes last: guessing at passwords uses up the tries of the address.
@pytest.mark.parametrize("role", [*Role, None])
async def test_the_api_answers_as_described_and_never_fails(
    role, document, site, *, stage, settings
):
    declared = {
        (one.method, one.path): one.needs for one in make_app(settings)[TABLE].values()
    }
    schema = schemathesis.openapi.from_dict(document)
    token = await token_of(site, role)
    failures, count = [], 0
    for found in schema.get_all_operations():
        operation = found.ok()
        method, path = operation.method.upper(), operation.path
        if not is_for(role, declared[method, path]):
            continue
        ids = await ids_for(method, path, stage, settings) if "{" in path else {}
        runner = Runner(root_of(site), token, ids)
        try:
            await asyncio.to_thread(run, operation, runner)
        except (FailureGroup, AssertionError) as failure:
            told = getattr(failure, "exceptions", [failure])
            failures += [
                f"{operation.label}: {one!s:.2000}\n{runner.last}" for one in told
            ]
        count += runner.count
    assert count > 0
    assert not failures, "\n\n".join(failures)


async def ids_for(method: str, path: str, stage, settings) -> dict[str, UUID]:
    """Arrange new objects, so that no operation finds what another has ended."""
    world = await one_of_each(stage, settings)
    return {name: world.ids[kind] for name, kind in kinds_of(method, path).items()}


def is_for(role: Role | None, needs) -> bool:
    """One role for each operation is enough: the first that may call it."""
    if role is None:
        return needs is Access.ANYONE
    if isinstance(needs, Access):
        return role is Role.STATION_DOCTOR and needs is Access.SIGNED_IN
    return role is next(one for one in Role if needs in ROLE_PERMISSIONS[one])

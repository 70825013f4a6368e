"""Whatever a person does with a form, a program does under /api/v1 by the same right."""

from server.access.permissions import Permission
from server.app import make_app
from server.web.routes import API_PREFIX, TABLE

# Where the API says it in its own words; otherwise method and path are the same.
IN_OTHER_WORDS = {
    "/account/password": "POST /me/password",
    "/admin/facilities/new": "POST /facilities",
    "/admin/facilities/{id}": "PUT /facilities/{id}",
    "/admin/facilities/{id}/departments/new": "POST /facilities/{id}/departments",
    "/admin/facilities/{id}/departments/{department}": (
        "PUT /facilities/{id}/departments/{department}"
    ),
    "/admin/people/new": "POST /people",
    "/admin/people/{id}/disable": "POST /people/{id}/disable",
    "/admin/people/{id}/enable": "POST /people/{id}/enable",
    "/admin/people/{id}/reset-password": "POST /people/{id}/reset-password",
    "/availability": "POST /availability/rules",
    "/availability/days": "POST /availability/exceptions",
    "/availability/days/{id}/remove": "DELETE /availability/exceptions/{id}",
    "/availability/{id}/remove": "DELETE /availability/rules/{id}",
    "/consultations/{id}/decline": "POST /calls/{id}/decline",
    "/documents/{id}/remove": "DELETE /documents/{id}",
    "/language": "PUT /me/language",
    "/line-check/schedule": "PUT /line-checks/schedule",
    "/patients/{id}/edit": "PUT /patients/{id}",
    "/patients/{id}/referrals": "POST /referrals",
    "/referrals/{id}/consultation": "POST /referrals/{id}/consultations",
    "/referrals/{id}/draft": "PUT /referrals/{id}",
    "/referrals/{id}/record/draft": "PUT /referrals/{id}/record",
    "/referrals/{id}/request": "PUT /referrals/{id}",
    "/sign-in": "POST /tokens",
    "/sign-out": "POST /tokens/revoke",
}


def test_every_verb_of_a_page_is_a_verb_of_the_api(settings):
    table = dict.fromkeys(make_app(settings)[TABLE].values())
    of_api = {
        f"{one.method} {one.path.removeprefix(API_PREFIX)}": one.needs
        for one in table
        if one.is_api
    }
    forms = [one for one in table if one.method == "POST" and not one.is_api]
    assert forms
    lacking = []
    for form in forms:
        wanted = IN_OTHER_WORDS.get(form.path, f"POST {form.path}")
        needs = of_api.get(wanted)
        if needs is None or (isinstance(needs, Permission) and needs != form.needs):
            lacking.append(f"POST {form.path}: {wanted} needs {needs}")
    assert not lacking, "\n".join(lacking)

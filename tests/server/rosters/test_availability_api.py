"""A specialist adds hours to the week and takes them out from a program."""

EVENINGS = {"weekdays": [2, 4], "starts": "20:00", "ends": "21:00"}


async def test_hours_are_added_and_taken_out(visitors):
    lan = await visitors("lan")
    await lan.api("PUT", "/availability/rules", {"rules": []})
    made = await lan.api("POST", "/availability/rules", EVENINGS)
    assert made.status == 201, lan.text
    rules = (await made.json())["rules"]
    assert [(one["weekday"], one["starts"]) for one in rules] == [
        (2, "20:00:00"),
        (4, "20:00:00"),
    ]
    overlapping = await lan.api("POST", "/availability/rules", EVENINGS)
    assert (await overlapping.json())["errors"][0]["code"] == "hours_overlap"

    path = f"/availability/rules/{rules[0]['id']}"
    assert (await lan.api("DELETE", path)).status == 204
    left = (await (await lan.api("GET", "/availability")).json())["rules"]
    assert [one["id"] for one in left] == [rules[1]["id"]]


async def test_nobody_takes_out_the_hours_of_a_colleague(visitors):
    lan, minh = await visitors("lan"), await visitors("minh")
    of_minh = (await (await minh.api("GET", "/availability")).json())["rules"]
    path = f"/availability/rules/{of_minh[0]['id']}"
    assert (await lan.api("DELETE", path)).status == 404

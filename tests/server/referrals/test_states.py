"""The tables of moves, over every pair of states."""

from itertools import product

import pytest

from server.core import clock
from server.core.ids import new_id
from server.core.states import WrongState
from server.referrals.models import Referral, ReferralOffer
from server.referrals.states import (
    OFFER_TRANSITIONS,
    OPEN,
    TRANSITIONS,
    WAITING,
    OfferStatus,
    ReferralStatus,
)


@pytest.mark.parametrize(
    ("before", "after"), list(product(ReferralStatus, ReferralStatus))
)
def test_a_request_moves_only_along_the_table_and_leaves_a_row(before, after):
    referral = Referral(id=new_id(), status=before)
    moment = clock.now()
    if after not in TRANSITIONS[before]:
        with pytest.raises(WrongState):
            referral.move_to(after, by=None, at=moment)
        assert referral.status is before
        return
    change = referral.move_to(after, by=None, at=moment, reason="vì")
    assert referral.status is after
    assert referral.changed_at == moment
    assert (change.before, change.after, change.at, change.reason) == (
        before.value,
        after.value,
        moment,
        "vì",
    )


@pytest.mark.parametrize(("before", "after"), list(product(OfferStatus, OfferStatus)))
def test_an_offer_is_answered_once(before, after):
    offer = ReferralOffer(status=before)
    if after not in OFFER_TRANSITIONS[before]:
        with pytest.raises(WrongState):
            offer.move_to(after, at=clock.now())
        assert offer.status is before
        return
    offer.move_to(after, at=clock.now())
    assert offer.status is after
    assert offer.answered_at is not None


def test_what_waits_is_open_and_what_has_ended_goes_nowhere():
    assert set(WAITING) < set(OPEN)
    ended = {status for status in ReferralStatus if not TRANSITIONS[status]}
    assert ended.isdisjoint(OPEN)


@pytest.mark.parametrize("status", OPEN)
def test_every_open_state_can_end_with_the_patients_fate(status):
    assert {
        ReferralStatus.CANCELLED,
        ReferralStatus.TRANSFERRED,
        ReferralStatus.PATIENT_DIED,
    } <= TRANSITIONS[status]

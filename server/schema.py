"""Every table of the platform, gathered so that migrations can be compared with them."""

from server.accounts import models as accounts
from server.appointments import models as appointments
from server.audit import models as audit
from server.consents import models as consents
from server.consultations import guest_models as guests
from server.consultations import models as consultations
from server.core.db import Base
from server.documents import models as documents
from server.facilities import models as facilities
from server.lines import models as lines
from server.notifications import models as notifications
from server.patients import models as patients
from server.places import models as places
from server.quality import models as quality
from server.records import models as records
from server.referrals import models as referrals
from server.reports import models as reports
from server.rosters import models as rosters
from server.web import models as web

MODELS = (
    accounts,
    appointments,
    audit,
    consents,
    consultations,
    documents,
    facilities,
    guests,
    lines,
    notifications,
    patients,
    places,
    quality,
    records,
    referrals,
    reports,
    rosters,
    web,
)
METADATA = Base.metadata

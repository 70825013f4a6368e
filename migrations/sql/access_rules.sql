-- Who may see and change which row, whatever the application forgets.
-- Each transaction states who acts (see server/access/actor.py); nothing stated means no row.

CREATE FUNCTION app_role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT coalesce(current_setting('app.role', true), '') $$;
CREATE FUNCTION app_person() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.person', true), '')::uuid $$;
CREATE FUNCTION app_facility() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.facility', true), '')::uuid $$;
CREATE FUNCTION app_province() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT coalesce(current_setting('app.province', true), '') $$;
CREATE FUNCTION app_scope() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT coalesce(current_setting('app.scope', true), '') $$;

-- Tables without patient data: the application reads and writes them.
GRANT SELECT, INSERT, UPDATE ON
  provinces, communes, facilities, specialties, departments, department_specialties,
  people, person_departments, sign_in_sessions, refresh_tokens, answered_requests,
  availability_rules, availability_exceptions, icd10_codes, call_events TO tramxa_app;
GRANT SELECT, INSERT, DELETE ON sign_in_failures TO tramxa_app;
GRANT DELETE ON
  person_departments, department_specialties, answered_requests, availability_rules,
  availability_exceptions, icd10_codes TO tramxa_app;
-- Totals are written by triggers only.
GRANT SELECT ON report_counts, report_waits TO tramxa_app;
GRANT SELECT ON alembic_version TO tramxa_app;

-- What happened can be added and read, never changed or deleted.
GRANT SELECT, INSERT ON
  audit_events, referral_changes, appointment_changes, consultation_changes,
  call_attempt_changes, record_changes,
  record_versions, record_responses, referral_messages, call_samples, call_summaries, line_checks
  TO tramxa_app;
GRANT SELECT, INSERT, UPDATE ON
  events, patients, patient_identifiers, documents, referrals, referral_details,
  referral_offers, appointments, consultations, call_attempts,
  call_participants, records, line_schedules TO tramxa_app;
GRANT DELETE ON
  events, patient_identifiers, call_samples, line_checks, line_schedules TO tramxa_app;
-- What was agreed is evidence; afterwards it can only be withdrawn.
GRANT SELECT, INSERT, UPDATE (
  withdrawn_at, withdrawal_asked_by, withdrawal_asker_name, withdrawal_relation,
  withdrawal_method, withdrawal_reason, withdrawal_recorded_by) ON consents TO tramxa_app;
-- Whom an invitation is for, and by whom, does not change.
GRANT SELECT, INSERT, UPDATE (opened_case, ringing_since, joined_at, ended_at, end_reason)
  ON consultation_guests TO tramxa_app;
-- A right is given once for its case and person; afterwards only its period changes.
GRANT SELECT, INSERT, UPDATE (given_at, ended_at) ON case_access TO tramxa_app;

DO $$
DECLARE protected text;
BEGIN
  FOREACH protected IN ARRAY ARRAY[
    'answered_requests', 'audit_events', 'events', 'patients', 'patient_identifiers', 'case_access', 'consents',
    'documents', 'referrals', 'referral_details', 'referral_offers', 'referral_messages',
    'referral_changes', 'appointments', 'appointment_changes', 'consultations',
    'consultation_changes', 'consultation_guests', 'call_attempts', 'call_attempt_changes', 'call_participants',
    'call_samples',
    'call_summaries', 'line_checks', 'line_schedules', 'records', 'record_versions', 'record_responses', 'record_changes'
  ] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', protected);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', protected);
    EXECUTE format(
      'CREATE POLICY platform ON %I USING ((SELECT app_role()) = ''system'')'
      ' WITH CHECK ((SELECT app_role()) = ''system'')', protected);
  END LOOP;
END $$;

-- What was answered to a write may hold a chart: whoever asked gets it again, nobody else.
CREATE POLICY own ON answered_requests USING (person_id = (SELECT app_person()));

-- The trail: each writes of oneself, the system administrator reads it.
CREATE POLICY written_by_actor ON audit_events FOR INSERT
  WITH CHECK (person_id = (SELECT app_person()));
CREATE POLICY read_by_administrator ON audit_events FOR SELECT
  USING ((SELECT app_role()) = 'system_admin');

-- Events: written for others, read by oneself.
CREATE POLICY written_by_all ON events FOR INSERT WITH CHECK ((SELECT app_role()) <> '');
CREATE POLICY own ON events FOR SELECT USING (person_id = (SELECT app_person()));

-- The right to read one case. It names the facilities itself: a policy that asked the
-- table of referrals would ask itself for ever.
-- A coordinator gives it, for a case as it is and to somebody of its hospital; the others end it.
CREATE FUNCTION is_case_of(
  asked uuid, patient uuid, station uuid, hospital uuid, province text
) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  asked_by text := app_role();
  found boolean;
BEGIN
  PERFORM set_config('app.role', 'system', true);
  found := EXISTS (SELECT FROM referrals WHERE id = asked AND patient_id = patient
    AND station_id = station AND hospital_id = hospital AND province_code = province);
  PERFORM set_config('app.role', asked_by, true);
  RETURN found;
END $$;
REVOKE EXECUTE ON FUNCTION is_case_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_case_of TO tramxa_app;
DO $$
DECLARE
  own text := '(SELECT app_role()) = ''specialist'' AND person_id = (SELECT app_person())';
  station text :=
    '(SELECT app_role()) = ''station_doctor'' AND station_id = (SELECT app_facility())';
  coordinator text := '(SELECT app_role()) = ''coordinator'' AND ('
    ' hospital_id = (SELECT app_facility())'
    ' OR ((SELECT app_scope()) = ''province'' AND province_code = (SELECT app_province())))';
BEGIN
  EXECUTE format('CREATE POLICY own ON case_access FOR SELECT USING (%s)', own);
  EXECUTE format('CREATE POLICY station ON case_access FOR SELECT USING (%s)', station);
  EXECUTE format('CREATE POLICY coordinator ON case_access FOR SELECT USING (%s)', coordinator);
  EXECUTE format('CREATE POLICY end_own ON case_access FOR UPDATE USING (%s)'
    ' WITH CHECK (ended_at IS NOT NULL)', own);
  EXECUTE format('CREATE POLICY end_as_station ON case_access FOR UPDATE USING (%s)'
    ' WITH CHECK (ended_at IS NOT NULL)', station);
  EXECUTE format('CREATE POLICY give_and_end ON case_access FOR UPDATE USING (%s)', coordinator);
  EXECUTE format('CREATE POLICY give ON case_access FOR INSERT WITH CHECK (%s'
    ' AND EXISTS (SELECT FROM people WHERE people.id = person_id'
    '   AND people.role = ''specialist'' AND people.facility_id = hospital_id)'
    ' AND is_case_of(referral_id, patient_id, station_id, hospital_id, province_code))',
    coordinator);
END $$;

-- The patient: the station that cares, and the specialists of a case.
CREATE POLICY station ON patients USING (
  (SELECT app_role()) = 'station_doctor' AND facility_id = (SELECT app_facility()));
CREATE POLICY specialist_of_case ON patients FOR SELECT USING (
  (SELECT app_role()) = 'specialist' AND id IN (
    SELECT patient_id FROM case_access
    WHERE person_id = (SELECT app_person()) AND ended_at IS NULL));
CREATE POLICY station ON patient_identifiers USING (
  (SELECT app_role()) = 'station_doctor' AND facility_id = (SELECT app_facility()));
CREATE POLICY specialist_of_case ON patient_identifiers FOR SELECT USING (
  (SELECT app_role()) = 'specialist' AND patient_id IN (
    SELECT patient_id FROM case_access
    WHERE person_id = (SELECT app_person()) AND ended_at IS NULL));

-- The request: its station, the coordinators of where it was sent, the specialists of the case.
CREATE POLICY station ON referrals USING (
  (SELECT app_role()) = 'station_doctor' AND station_id = (SELECT app_facility()))
  WITH CHECK (
    (SELECT app_role()) = 'station_doctor' AND station_id = (SELECT app_facility())
    AND EXISTS (SELECT FROM patients
      WHERE patients.id = patient_id AND patients.facility_id = station_id));
DO $$
DECLARE
  coordinator text := '(SELECT app_role()) = ''coordinator'' AND submitted_at IS NOT NULL AND ('
    ' hospital_id = (SELECT app_facility())'
    ' OR ((SELECT app_scope()) = ''province'' AND province_code = (SELECT app_province())))';
  specialist text := '(SELECT app_role()) = ''specialist'' AND id IN ('
    ' SELECT referral_id FROM case_access'
    ' WHERE person_id = (SELECT app_person()) AND ended_at IS NULL)';
  command text;
BEGIN
  FOREACH command IN ARRAY ARRAY['SELECT', 'UPDATE'] LOOP
    EXECUTE format('CREATE POLICY coordinator_%s ON referrals FOR %s USING (%s)',
      lower(command), command, coordinator);
    EXECUTE format('CREATE POLICY specialist_%s ON referrals FOR %s USING (%s)',
      lower(command), command, specialist);
  END LOOP;
END $$;

-- The clinical part, the consent and the files: station and specialist, no coordinator.
CREATE POLICY station ON referral_details USING (
  (SELECT app_role()) = 'station_doctor' AND station_id = (SELECT app_facility()));
CREATE POLICY station ON consents USING (
  (SELECT app_role()) = 'station_doctor' AND station_id = (SELECT app_facility()));
CREATE POLICY station ON documents USING (
  (SELECT app_role()) = 'station_doctor' AND station_id = (SELECT app_facility()));
DO $$
DECLARE
  clinical text;
  of_case text := '(SELECT app_role()) = ''specialist'' AND referral_id IN ('
    ' SELECT referral_id FROM case_access'
    ' WHERE person_id = (SELECT app_person()) AND ended_at IS NULL)';
  held text := of_case || ' AND EXISTS (SELECT FROM referrals'
    ' WHERE referrals.id = referral_id AND referrals.specialist_id = (SELECT app_person()))';
  station text :=
    '(SELECT app_role()) = ''station_doctor'' AND station_id = (SELECT app_facility())';
  me text := ' AND %I = (SELECT app_person())';
BEGIN
  FOREACH clinical IN ARRAY ARRAY['referral_details', 'consents', 'documents'] LOOP
    EXECUTE format(
      'CREATE POLICY specialist_of_case ON %I FOR SELECT USING (%s)', clinical, of_case);
  END LOOP;
  -- A specialist adds files of the case and changes the own ones.
  EXECUTE format('CREATE POLICY specialist_adds ON documents FOR INSERT WITH CHECK (%s)',
    of_case || format(me, 'added_by'));
  EXECUTE format('CREATE POLICY specialist_changes ON documents FOR UPDATE USING (%s)',
    of_case || format(me, 'added_by'));
  -- A record is written by who holds the case; as a draft it is nobody else's.
  EXECUTE format('CREATE POLICY station_reads ON records FOR SELECT USING (%s)',
    station || ' AND status <> ''draft''');
  EXECUTE format('CREATE POLICY station_answers ON records FOR UPDATE USING (%s)',
    station || ' AND status <> ''draft''');
  EXECUTE format('CREATE POLICY signed_reads ON records FOR SELECT USING (%s)',
    of_case || ' AND (status <> ''draft'' OR specialist_id = (SELECT app_person()))');
  EXECUTE format('CREATE POLICY holder_reads ON records FOR SELECT USING (%s)', held);
  EXECUTE format('CREATE POLICY holder_writes ON records FOR INSERT WITH CHECK (%s)',
    held || format(me, 'specialist_id'));
  EXECUTE format('CREATE POLICY holder_changes ON records FOR UPDATE USING (%s)'
    ' WITH CHECK (%s)', held, held || format(me, 'specialist_id'));
END $$;

-- What belongs to a request is seen by those who see the request.
DO $$
DECLARE
  child text;
  visible text := 'EXISTS (SELECT FROM referrals WHERE referrals.id = %I.referral_id)';
BEGIN
  FOREACH child IN ARRAY ARRAY['appointments', 'consultations'] LOOP
    EXECUTE format('CREATE POLICY with_referral ON %I USING (%s)', child,
      format(visible, child));
  END LOOP;
  FOREACH child IN ARRAY ARRAY['referral_offers', 'referral_messages', 'referral_changes'] LOOP
    EXECUTE format('CREATE POLICY with_referral ON %I FOR SELECT USING (%s)', child,
      format(visible, child));
  END LOOP;
  -- Each says only what is the own word: an offer, a message, an answer to an offer.
  EXECUTE format('CREATE POLICY said_by_actor ON referral_messages FOR INSERT WITH CHECK (%s)',
    'author_id = (SELECT app_person()) AND ' || format(visible, 'referral_messages'));
  EXECUTE format('CREATE POLICY made_by_coordinator ON referral_offers FOR INSERT'
    ' WITH CHECK (%s)', '(SELECT app_role()) = ''coordinator'' AND'
    ' offered_by = (SELECT app_person()) AND ' || format(visible, 'referral_offers'));
  EXECUTE format('CREATE POLICY answered_by_own ON referral_offers FOR UPDATE USING (%s)',
    '((SELECT app_role()) <> ''specialist'' OR specialist_id = (SELECT app_person())) AND '
    || format(visible, 'referral_offers'));
END $$;
CREATE POLICY with_consultation ON call_attempts USING (
  EXISTS (SELECT FROM consultations WHERE consultations.id = call_attempts.consultation_id));
-- The two sides ask somebody in and end it; whoever is asked answers for themselves alone.
DO $$
DECLARE
  side text := 'EXISTS (SELECT FROM consultations AS meeting'
    ' WHERE meeting.id = consultation_id AND ('
    '   (app_role() = ''station_doctor'' AND meeting.station_id = app_facility())'
    '   OR (app_role() = ''specialist'' AND meeting.specialist_id = app_person())))';
BEGIN
  CREATE POLICY with_consultation ON consultation_guests FOR SELECT USING (
    EXISTS (SELECT FROM consultations WHERE consultations.id = consultation_id));
  EXECUTE format('CREATE POLICY asked_by_side ON consultation_guests FOR INSERT'
    ' WITH CHECK (invited_by = (SELECT app_person()) AND %s)', side);
  EXECUTE format('CREATE POLICY changed_by_side ON consultation_guests FOR UPDATE USING (%s)',
    side);
  CREATE POLICY answered_by_own ON consultation_guests FOR UPDATE
    USING (person_id = (SELECT app_person()) AND ended_at IS NULL);
END $$;
CREATE POLICY with_attempt ON call_participants USING (
  EXISTS (SELECT FROM call_attempts WHERE call_attempts.id = call_participants.attempt_id))
  WITH CHECK (person_id = (SELECT app_person()));
-- Each end writes what it measured itself; the line about the call is the platform's, and
-- tells an administrator of the province nothing about a patient.
CREATE POLICY with_attempt ON call_samples FOR SELECT USING (
  EXISTS (SELECT FROM call_attempts WHERE call_attempts.id = call_samples.attempt_id));
CREATE POLICY measured_by_actor ON call_samples FOR INSERT WITH CHECK (
  person_id = (SELECT app_person()) AND EXISTS (
    SELECT FROM call_participants AS inside
    WHERE inside.attempt_id = call_samples.attempt_id
      AND inside.person_id = call_samples.person_id));
CREATE POLICY with_attempt ON call_summaries FOR SELECT USING (
  EXISTS (SELECT FROM call_attempts WHERE call_attempts.id = call_summaries.attempt_id));
CREATE POLICY of_province ON call_summaries FOR SELECT USING (
  (SELECT app_role()) = 'provincial_admin' AND province_code = (SELECT app_province()));

-- A line is the business of its place, and of whoever plans calls in the province.
CREATE POLICY of_place ON line_checks FOR SELECT USING (
  facility_id = (SELECT app_facility()) OR (SELECT app_scope()) = 'country'
  OR ((SELECT app_role()) <> 'station_doctor' AND province_code = (SELECT app_province())));
CREATE POLICY measured_at_place ON line_checks FOR INSERT WITH CHECK (
  facility_id = (SELECT app_facility()) AND province_code = (SELECT app_province()));
CREATE POLICY of_place ON line_schedules USING (facility_id = (SELECT app_facility()));

-- History: seen with what it tells of, written of what one does oneself.
DO $$
DECLARE history text[];
BEGIN
  FOREACH history SLICE 1 IN ARRAY ARRAY[
    ['referral_changes', 'referrals', 'referral_id'],
    ['appointment_changes', 'appointments', 'appointment_id'],
    ['consultation_changes', 'consultations', 'consultation_id'],
    ['call_attempt_changes', 'call_attempts', 'attempt_id'],
    ['record_changes', 'records', 'record_id']
  ] LOOP
    IF history[1] <> 'referral_changes' THEN
      EXECUTE format('CREATE POLICY with_subject ON %I FOR SELECT USING ('
        ' EXISTS (SELECT FROM %I AS subject WHERE subject.id = %I))',
        history[1], history[2], history[3]);
    END IF;
    EXECUTE format('CREATE POLICY moved_by_actor ON %I FOR INSERT WITH CHECK ('
      ' by = (SELECT app_person()) AND EXISTS ('
      '   SELECT FROM %I AS subject WHERE subject.id = %I))',
      history[1], history[2], history[3]);
  END LOOP;
END $$;
CREATE POLICY with_record ON record_versions FOR SELECT USING (
  EXISTS (SELECT FROM records WHERE records.id = record_id));
CREATE POLICY signed_by_actor ON record_versions FOR INSERT WITH CHECK (
  (SELECT app_role()) = 'specialist' AND signed_by = (SELECT app_person()) AND EXISTS (
    SELECT FROM records WHERE records.id = record_id AND records.specialist_id = signed_by));
CREATE POLICY with_record ON record_responses FOR SELECT USING (
  EXISTS (SELECT FROM records WHERE records.id = record_id));
CREATE POLICY decided_by_station ON record_responses FOR INSERT WITH CHECK (
  (SELECT app_role()) = 'station_doctor' AND by = (SELECT app_person()) AND EXISTS (
    SELECT FROM records WHERE records.id = record_id));

-- Free slots: when a specialist is busy, without whom with.
CREATE FUNCTION busy_periods(specialist uuid, within tstzrange)
  RETURNS TABLE (period tstzrange) LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public AS $$
DECLARE asked_by text := app_role();
BEGIN
  PERFORM set_config('app.role', 'system', true);
  RETURN QUERY SELECT booked.period FROM appointments AS booked
    WHERE booked.specialist_id = specialist AND booked.period && within
      AND booked.status IN ('booked', 'confirmed', 'arrived', 'in_consultation');
  PERFORM set_config('app.role', asked_by, true);
END $$;
-- Asked with every statement of who acts, so that a page for which nothing waits asks no more.
CREATE FUNCTION calls_wait_for(role text, person uuid, facility uuid, scope text)
  RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  asked_by text := app_role();
  found boolean;
BEGIN
  PERFORM set_config('app.role', 'system', true);
  IF role = 'coordinator' AND scope = 'province' THEN
    found := EXISTS (SELECT FROM consultations WHERE stuck_since IS NOT NULL);
  ELSIF role = 'coordinator' THEN
    found := EXISTS (SELECT FROM consultations
      WHERE hospital_id = facility AND stuck_since IS NOT NULL);
  ELSE
    found := EXISTS (SELECT FROM call_attempts
      WHERE called IN (person, facility)
        AND (status IN ('invited', 'ringing') OR owed_since IS NOT NULL))
      OR EXISTS (SELECT FROM consultation_guests
      WHERE person_id = person AND ringing_since IS NOT NULL);
  END IF;
  PERFORM set_config('app.role', asked_by, true);
  RETURN found;
END $$;
REVOKE EXECUTE ON FUNCTION calls_wait_for FROM PUBLIC;
GRANT EXECUTE ON FUNCTION calls_wait_for TO tramxa_app;
REVOKE EXECUTE ON FUNCTION busy_periods FROM PUBLIC;
GRANT EXECUTE ON FUNCTION busy_periods TO tramxa_app;

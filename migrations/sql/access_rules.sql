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
  audit_events, referral_changes, appointment_changes, consultation_changes, record_changes,
  record_versions, record_responses, referral_messages TO tramxa_app;
GRANT SELECT, INSERT, UPDATE ON
  events, patients, patient_identifiers, case_access, consents, documents, referrals,
  referral_details, referral_offers, appointments, consultations, call_attempts,
  call_participants, records TO tramxa_app;
GRANT DELETE ON events, patient_identifiers TO tramxa_app;

DO $$
DECLARE protected text;
BEGIN
  FOREACH protected IN ARRAY ARRAY[
    'audit_events', 'events', 'patients', 'patient_identifiers', 'case_access', 'consents',
    'documents', 'referrals', 'referral_details', 'referral_offers', 'referral_messages',
    'referral_changes', 'appointments', 'appointment_changes', 'consultations',
    'consultation_changes', 'call_attempts', 'call_participants', 'records',
    'record_versions', 'record_responses', 'record_changes'
  ] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', protected);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', protected);
    EXECUTE format(
      'CREATE POLICY platform ON %I USING ((SELECT app_role()) = ''system'')'
      ' WITH CHECK ((SELECT app_role()) = ''system'')', protected);
  END LOOP;
END $$;

-- The trail: anyone who acts writes it, the system administrator reads it.
CREATE POLICY written_by_all ON audit_events FOR INSERT
  WITH CHECK ((SELECT app_role()) <> '');
CREATE POLICY read_by_administrator ON audit_events FOR SELECT
  USING ((SELECT app_role()) = 'system_admin');

-- Events: written for others, read by oneself.
CREATE POLICY written_by_all ON events FOR INSERT WITH CHECK ((SELECT app_role()) <> '');
CREATE POLICY own ON events FOR SELECT USING (person_id = (SELECT app_person()));

-- The right to read one case. It names the facilities itself: a policy that asked the
-- table of referrals would ask itself for ever.
CREATE POLICY own ON case_access USING (
  (SELECT app_role()) = 'specialist' AND person_id = (SELECT app_person()));
CREATE POLICY station ON case_access USING (
  (SELECT app_role()) = 'station_doctor' AND station_id = (SELECT app_facility()));
CREATE POLICY coordinator ON case_access USING (
  (SELECT app_role()) = 'coordinator' AND (
    hospital_id = (SELECT app_facility())
    OR ((SELECT app_scope()) = 'province' AND province_code = (SELECT app_province()))));

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
  (SELECT app_role()) = 'station_doctor' AND station_id = (SELECT app_facility()));
CREATE POLICY coordinator ON referrals USING (
  (SELECT app_role()) = 'coordinator' AND submitted_at IS NOT NULL AND (
    hospital_id = (SELECT app_facility())
    OR ((SELECT app_scope()) = 'province' AND province_code = (SELECT app_province()))));
CREATE POLICY specialist_of_case ON referrals USING (
  (SELECT app_role()) = 'specialist' AND id IN (
    SELECT referral_id FROM case_access
    WHERE person_id = (SELECT app_person()) AND ended_at IS NULL));

-- The clinical part, the consent and the files: station and specialist, no coordinator.
CREATE POLICY station ON referral_details USING (
  (SELECT app_role()) = 'station_doctor' AND station_id = (SELECT app_facility()));
CREATE POLICY station ON consents USING (
  (SELECT app_role()) = 'station_doctor' AND station_id = (SELECT app_facility()));
CREATE POLICY station ON documents USING (
  (SELECT app_role()) = 'station_doctor' AND station_id = (SELECT app_facility()));
CREATE POLICY station ON records USING (
  (SELECT app_role()) = 'station_doctor' AND station_id = (SELECT app_facility()));
DO $$
DECLARE clinical text;
BEGIN
  FOREACH clinical IN ARRAY ARRAY['referral_details', 'consents', 'documents', 'records'] LOOP
    EXECUTE format(
      'CREATE POLICY specialist_of_case ON %I USING ('
      ' (SELECT app_role()) = ''specialist'' AND referral_id IN ('
      '   SELECT referral_id FROM case_access'
      '   WHERE person_id = (SELECT app_person()) AND ended_at IS NULL))', clinical);
  END LOOP;
END $$;

-- What belongs to a request is seen by those who see the request.
DO $$
DECLARE child text;
BEGIN
  FOREACH child IN ARRAY ARRAY[
    'referral_offers', 'referral_messages', 'referral_changes', 'appointments', 'consultations'
  ] LOOP
    EXECUTE format(
      'CREATE POLICY with_referral ON %I USING ('
      ' EXISTS (SELECT FROM referrals WHERE referrals.id = %I.referral_id))', child, child);
  END LOOP;
END $$;
CREATE POLICY with_appointment ON appointment_changes USING (
  EXISTS (SELECT FROM appointments WHERE appointments.id = appointment_changes.appointment_id));
DO $$
DECLARE child text;
BEGIN
  FOREACH child IN ARRAY ARRAY['consultation_changes', 'call_attempts'] LOOP
    EXECUTE format(
      'CREATE POLICY with_consultation ON %I USING (EXISTS ('
      ' SELECT FROM consultations WHERE consultations.id = %I.consultation_id))', child, child);
  END LOOP;
END $$;
CREATE POLICY with_attempt ON call_participants USING (
  EXISTS (SELECT FROM call_attempts WHERE call_attempts.id = call_participants.attempt_id));
DO $$
DECLARE child text;
BEGIN
  FOREACH child IN ARRAY ARRAY['record_versions', 'record_responses', 'record_changes'] LOOP
    EXECUTE format(
      'CREATE POLICY with_record ON %I USING (EXISTS ('
      ' SELECT FROM records WHERE records.id = %I.record_id))', child, child);
  END LOOP;
END $$;

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
REVOKE EXECUTE ON FUNCTION busy_periods FROM PUBLIC;
GRANT EXECUTE ON FUNCTION busy_periods TO tramxa_app;

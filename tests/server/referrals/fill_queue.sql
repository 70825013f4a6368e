INSERT INTO referrals (
  id, number, patient_id, patient_age, patient_sex, station_id, province_code, hospital_id,
  specialty_code, status, priority, channel, mode, reason, symptoms, vitals,
  provisional_code, provisional_text, questions, requested_by, created_at, changed_at,
  submitted_at, due_at, revision
)
SELECT
  gen_random_uuid(), 'F-' || n, CAST(:patient AS uuid), 40, '1', CAST(:station AS uuid),
  CASE WHEN n % 5 = 0 THEN '92' ELSE '15' END,
  CASE WHEN n % 5 = 0 THEN CAST(:hospital AS uuid) ELSE CAST(:other AS uuid) END,
  'cardiology', CASE WHEN n % 4 = 0 THEN 'submitted' ELSE 'closed' END, 1 + n % 3,
  'video', 'inter_facility_support', 'Lý do', '', '{}', '', '', '[]', CAST(:binh AS uuid),
  sent, sent, sent, sent + interval '1 hour', 1
FROM generate_series(1, 20000) AS n, LATERAL (SELECT now() - n * interval '1 minute' AS sent)

-- Fills a database with years of work. Run by the superuser with triggers switched off:
-- the totals are counted at the end, once, as the triggers would have counted them.
SELECT setseed(0.92);

CREATE FUNCTION pg_temp.size() RETURNS integer LANGUAGE sql STABLE AS
  $$ SELECT current_setting('bench.rows')::integer $$;
CREATE FUNCTION pg_temp.key(at timestamptz) RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7'
    || substr(md5(random()::text), 1, 3) || 'a' || substr(md5(random()::text), 1, 15))::uuid
$$;
CREATE FUNCTION pg_temp.one_of(choices text[]) RETURNS text LANGUAGE sql VOLATILE AS
  $$ SELECT choices[1 + floor(random() * array_length(choices, 1))::integer] $$;

-- Three more provinces beside those of the demonstration, with a station in each commune.
INSERT INTO facilities (id, kind, level, name, name_fold, province_code, commune_code, address,
  phone, active_from, telehealth_unit_since)
SELECT gen_random_uuid(), 'station', 'initial', 'Trạm y tế ' || kind || ' ' || name,
  'tram ' || name_fold, province_code, code, '', '+84240' || code, '2020-01-01', NULL
FROM communes WHERE province_code IN ('01', '48', '79');
INSERT INTO facilities (id, kind, level, name, name_fold, province_code, address, phone,
  active_from, telehealth_unit_since)
SELECT gen_random_uuid(), 'hospital', 'specialised', 'Bệnh viện Đa khoa ' || name,
  'benh vien da khoa', code, '', '+842400000' || code, '2020-01-01', '2020-01-01'
FROM provinces WHERE code IN ('01', '48', '79');
UPDATE facilities SET active_from = '2020-01-01';

-- Stations and hospitals by number, so that a row can be drawn by chance.
CREATE TEMP TABLE stations AS
  SELECT row_number() OVER (ORDER BY id) - 1 AS number, id, province_code, commune_code
  FROM facilities WHERE kind = 'station';
CREATE TEMP TABLE hospitals AS
  SELECT province_code, array_agg(id ORDER BY level DESC, provider_code) AS ids
  FROM facilities WHERE kind = 'hospital' GROUP BY province_code;
CREATE TEMP TABLE specialists AS
  SELECT facility_id, array_agg(id) AS ids FROM people WHERE role = 'specialist'
  GROUP BY facility_id;

-- One patient in 33 belongs to the station that is measured: 30,000 of a million, the
-- people of a large commune.
CREATE TEMP TABLE drawn AS
SELECT i, pg_temp.key(at) AS id, at, born, sex, name_number,
  CASE WHEN i % 33 = 0 THEN current_setting('bench.station')::uuid ELSE s.id END AS station_id
FROM (
  SELECT i, now() - interval '3 years' * (1 - i::float / pg_temp.size()) AS at,
    date '1930-01-01' + floor(random() * 34000)::integer AS born,
    CASE WHEN random() < 0.5 THEN '1' ELSE '2' END AS sex,
    floor(random() * (SELECT count(*) FROM names))::integer AS name_number,
    floor(random() * (SELECT count(*) FROM stations))::integer AS station_number
  FROM generate_series(1, pg_temp.size()) AS i
) AS chance JOIN stations AS s ON s.number = station_number;

INSERT INTO patients (id, facility_id, full_name, name_fold, name_sort, birth_date,
  birth_precision, sex, phone, ethnic_code, occupation_code, nationality,
  current_commune_code, current_address, permanent_commune_code, permanent_address,
  representative_name, representative_relation, representative_phone, allergies, history,
  registered_by, registered_at, changed_at, revision)
SELECT d.id, d.station_id, n.full_name, n.name_fold, n.name_sort, d.born, 'day', d.sex,
  '+849' || lpad((i::bigint * 7919 % 100000000)::text, 8, '0'), '01', '', 'VN',
  s.commune_code, 'Ấp ' || (1 + i % 12), s.commune_code, 'Ấp ' || (1 + i % 12), '', '', '',
  CASE WHEN i % 20 = 0 THEN 'Penicillin' ELSE '' END,
  pg_temp.one_of(ARRAY['', '', 'Tăng huyết áp', 'Đái tháo đường týp 2', 'Hen phế quản']),
  current_setting('bench.doctor')::uuid, d.at, d.at, 1
FROM drawn AS d JOIN names AS n ON n.number = d.name_number
JOIN stations AS s ON s.id = d.station_id ORDER BY i;

INSERT INTO patient_identifiers (id, patient_id, facility_id, kind, value)
SELECT pg_temp.key(at), id, station_id, 'cccd',
  '092' || sex || to_char(born, 'YY') || lpad((i % 1000000)::text, 6, '0')
FROM drawn ORDER BY i;
INSERT INTO patient_identifiers (id, patient_id, facility_id, kind, value)
SELECT pg_temp.key(at), id, station_id, 'bhyt', 'GD4' || '92' || lpad(i::text, 10, '0')
FROM drawn WHERE i % 5 < 4 ORDER BY i;

-- Requests in the order of time. Half of them are of the third of the patients who come
-- again and again; what waits at the end is a day's work, however long the history.
CREATE TEMP TABLE asked AS
SELECT chances.i, d.id AS patient_id, d.station_id, d.born, d.sex, s.province_code,
  h.ids[least(1 + floor(hospital_chance * hospital_chance * array_length(h.ids, 1))::integer,
    array_length(h.ids, 1))] AS hospital_id,
  chances.at, pg_temp.key(chances.at) AS id, waited, chance,
  CASE WHEN chances.i > pg_temp.size() - greatest(600, pg_temp.size() / 500) THEN 'waiting'
    WHEN chance < 0.05 THEN 'declined' WHEN chance < 0.08 THEN 'cancelled'
    WHEN chance < 0.10 THEN 'accepted' ELSE 'closed' END AS fate
FROM (
  SELECT i, random() AS chance, random() AS hospital_chance,
    now() - interval '3 years' * power(1 - i::float / (pg_temp.size() + 1), 1.2) AS at,
    interval '1 minute' * floor(-ln(1 - random()) * 180) AS waited,
    CASE WHEN i % 2 = 0 THEN i ELSE 1 + (floor(random() * pg_temp.size() / 3))::integer * 3 END
      AS patient_number
  FROM generate_series(1, pg_temp.size()) AS i
) AS chances
JOIN drawn AS d ON d.i = least(patient_number, pg_temp.size())
JOIN stations AS s ON s.id = d.station_id JOIN hospitals AS h USING (province_code);

INSERT INTO referrals (id, number, patient_id, patient_age, patient_sex, station_id,
  province_code, hospital_id, specialty_code, status, priority, channel, mode, reason,
  symptoms, vitals, provisional_code, provisional_text, questions, requested_by,
  specialist_id, created_at, changed_at, submitted_at, due_at, accepted_at, revision)
SELECT id, 'TX' || to_char(at, 'YYMM') || '-' || lpad(i::text, 8, '0'), patient_id,
  extract(year FROM age(at, born)), sex, station_id, province_code, hospital_id,
  pg_temp.one_of(ARRAY['cardiology', 'internal', 'paediatrics', 'endocrinology']),
  CASE fate WHEN 'waiting'
    THEN pg_temp.one_of(ARRAY['submitted', 'submitted', 'triaged', 'needs_info', 'offered'])
    ELSE fate END,
  CASE WHEN chance < 0.1 THEN 1 WHEN chance < 0.35 THEN 2 ELSE 3 END, 'video',
  'inter_facility_support',
  pg_temp.one_of(ARRAY['Đau ngực trái lan ra tay, vã mồ hôi từ sáng nay',
    'Khó thở khi nằm, phù hai chân tăng dần một tuần nay', 'Sốt cao ba ngày, trẻ bỏ bú',
    'Đường huyết 18 mmol/l, khát nhiều, sụt cân', 'Huyết áp 190/110, nhức đầu, chóng mặt']),
  'Xem lý do', '{"pulse": 92, "systolic": 150, "diastolic": 90, "spo2": 96}', 'I10',
  'Bệnh tăng huyết áp vô căn (nguyên phát)', '["Có cần chuyển tuyến không?"]',
  current_setting('bench.doctor')::uuid,
  CASE WHEN fate IN ('accepted', 'closed') THEN current_setting('bench.specialist')::uuid END,
  at, at + waited, at, at + interval '4 hours',
  CASE WHEN fate IN ('accepted', 'closed') THEN at + waited END, 1
FROM asked ORDER BY i;

INSERT INTO referral_offers (id, referral_id, specialist_id, offered_by, offered_at, due_at,
  status, answered_at, reason)
SELECT pg_temp.key(r.submitted_at), r.id, s.ids[1 + turn % array_length(s.ids, 1)],
  current_setting('bench.doctor')::uuid, r.submitted_at, r.submitted_at + interval '15 minutes',
  CASE WHEN r.status = 'offered' THEN 'offered' WHEN turn = 0 THEN 'accepted'
    ELSE 'withdrawn' END, r.accepted_at, ''
FROM referrals AS r JOIN specialists AS s ON s.facility_id = r.hospital_id,
  generate_series(0, 1) AS turn
WHERE r.status IN ('offered', 'accepted', 'closed') AND (turn = 0 OR r.priority = 1);
INSERT INTO case_access (referral_id, person_id, patient_id, station_id, hospital_id,
  province_code, given_at, ended_at)
SELECT a.id, current_setting('bench.specialist')::uuid, patient_id, station_id, hospital_id,
  province_code, at, CASE WHEN fate <> 'accepted' THEN at + waited END
FROM asked AS a WHERE fate IN ('accepted', 'closed') ORDER BY i;
INSERT INTO consultations (id, referral_id, patient_id, station_id, hospital_id,
  specialist_id, status, room, created_at, started_at, ended_at)
SELECT pg_temp.key(at), id, patient_id, station_id, hospital_id,
  current_setting('bench.specialist')::uuid, 'answered', md5(random()::text), at + waited,
  at + waited, at + waited + interval '15 minutes'
FROM asked WHERE fate = 'closed' ORDER BY i;
INSERT INTO records (id, referral_id, patient_id, station_id, hospital_id, specialist_id,
  status, draft, draft_revision, version, created_at, changed_at, signed_at)
SELECT pg_temp.key(at), id, patient_id, station_id, hospital_id,
  current_setting('bench.specialist')::uuid, 'closed', '{}', 1, 1, at + waited,
  at + waited + interval '1 hour', at + waited + interval '1 hour'
FROM asked WHERE fate = 'closed' ORDER BY i;
INSERT INTO documents (id, patient_id, referral_id, station_id, title, media_type, size,
  sha256, added_by, added_at)
SELECT pg_temp.key(at), patient_id, id, station_id, 'Điện tim', 'image/jpeg', 180000,
  md5(i::text) || md5(i::text), current_setting('bench.doctor')::uuid, at
FROM asked WHERE i % 3 = 0 ORDER BY i;

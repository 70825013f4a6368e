-- Running totals of requests, written in the transaction of what they count.
-- A request counts the first time it is submitted, accepted, declined and concluded, on the
-- day in Vietnam when that happened, under the hospital and specialty that it has now.

CREATE FUNCTION report_wait_minutes(waited interval) RETURNS integer
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
      WHEN minutes < 120 THEN minutes
      WHEN minutes < 1440 THEN minutes / 5 * 5
      ELSE minutes / 60 * 60
    END
    FROM (SELECT greatest(0, floor(extract(epoch FROM waited) / 60))::integer AS minutes) AS m
  $$;

-- What is not known yet, because the request is sent in the same moment, is not counted yet.
CREATE FUNCTION report_subjects(counted referrals)
  RETURNS TABLE (dimension text, subject text) LANGUAGE sql IMMUTABLE AS $$
    SELECT * FROM (VALUES ('province', counted.province_code),
           ('station', counted.station_id::text),
           ('hospital', counted.hospital_id::text),
           ('specialty', counted.specialty_code)) AS known (dimension, subject)
    WHERE subject IS NOT NULL
  $$;

CREATE FUNCTION report_periods(on_day date)
  RETURNS TABLE (grain text, starts date) LANGUAGE sql IMMUTABLE AS $$
    VALUES ('day', on_day),
           ('month', date_trunc('month', on_day::timestamp)::date),
           ('quarter', date_trunc('quarter', on_day::timestamp)::date),
           ('year', date_trunc('year', on_day::timestamp)::date)
  $$;

-- The lower median: where half of the cases have been counted.
CREATE FUNCTION report_median(of_province text, of_grain text, of_dimension text,
  of_starts date, of_subject text) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT min(minutes)
    FROM (
      SELECT minutes, sum(cases) OVER (ORDER BY minutes) AS so_far,
        sum(cases) OVER () AS all_cases
      FROM report_waits
      WHERE province_code = of_province AND grain = of_grain AND dimension = of_dimension
        AND starts = of_starts AND subject = of_subject
    ) AS ranked
    WHERE all_cases > 0 AND so_far * 2 >= all_cases
  $$;

-- Adds (times = 1) or takes back (times = -1) that a request has reached a point.
CREATE FUNCTION report_add(
  counted referrals, point text, reached_at timestamptz, times integer
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  on_day date := (reached_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;
  asked_at timestamptz;
BEGIN
  INSERT INTO report_counts AS total
    (province_code, grain, dimension, starts, subject, requests, accepted, declined, completed)
  SELECT counted.province_code, periods.grain, s.dimension, periods.starts, s.subject,
    (point = 'submitted')::integer * times, (point = 'accepted')::integer * times,
    (point = 'declined')::integer * times, (point = 'concluded')::integer * times
  FROM report_subjects(counted) AS s, report_periods(on_day) AS periods
  ORDER BY 1, 2, 3, 4, 5  -- one order of locking for everybody
  ON CONFLICT (province_code, grain, dimension, starts, subject) DO UPDATE SET
    requests = total.requests + excluded.requests,
    accepted = total.accepted + excluded.accepted,
    declined = total.declined + excluded.declined,
    completed = total.completed + excluded.completed;
  IF point <> 'accepted' THEN
    RETURN;
  END IF;
  SELECT min(at) INTO asked_at FROM referral_changes
    WHERE referral_id = counted.id AND after = 'submitted';
  INSERT INTO report_waits AS total
    (province_code, grain, dimension, starts, subject, minutes, cases)
  SELECT counted.province_code, periods.grain, s.dimension, periods.starts, s.subject,
    report_wait_minutes(reached_at - coalesce(asked_at, counted.submitted_at)), times
  FROM report_subjects(counted) AS s, report_periods(on_day) AS periods
  ORDER BY 1, 2, 3, 4, 5
  ON CONFLICT (province_code, grain, dimension, starts, subject, minutes)
    DO UPDATE SET cases = total.cases + excluded.cases;
  -- The rows are locked since they were counted above, so nobody's median is lost.
  UPDATE report_counts AS total SET median_wait = report_median(
    total.province_code, total.grain, total.dimension, total.starts, total.subject)
  FROM report_subjects(counted) AS s, report_periods(on_day) AS periods
  WHERE (total.province_code, total.grain, total.dimension, total.starts, total.subject)
    = (counted.province_code, periods.grain, s.dimension, periods.starts, s.subject);
END $$;

CREATE FUNCTION count_referral_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public AS $$
DECLARE
  counted referrals;
BEGIN
  IF EXISTS (
    SELECT FROM referral_changes
    WHERE referral_id = NEW.referral_id AND after = NEW.after AND id <> NEW.id
  ) THEN
    RETURN NEW;  -- sent again after a question, accepted again after a hand-over
  END IF;
  SELECT * INTO counted FROM referrals WHERE id = NEW.referral_id;
  PERFORM report_add(counted, NEW.after, NEW.at, 1);
  RETURN NEW;
END $$;

CREATE TRIGGER count_referral_change AFTER INSERT ON referral_changes
  FOR EACH ROW
  WHEN (NEW.after IN ('submitted', 'accepted', 'declined', 'concluded'))
  EXECUTE FUNCTION count_referral_change();

-- Triage may send a request to another hospital or specialty: its counts go with it.
CREATE FUNCTION move_referral_counts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public AS $$
DECLARE
  reached record;
BEGIN
  FOR reached IN
    SELECT after, min(at) AS at FROM referral_changes
    WHERE referral_id = NEW.id
      AND after IN ('submitted', 'accepted', 'declined', 'concluded')
    GROUP BY after ORDER BY after
  LOOP
    PERFORM report_add(OLD, reached.after, reached.at, -1);
    PERFORM report_add(NEW, reached.after, reached.at, 1);
  END LOOP;
  RETURN NEW;
END $$;

CREATE TRIGGER move_referral_counts AFTER UPDATE OF hospital_id, specialty_code ON referrals
  FOR EACH ROW
  WHEN ((OLD.hospital_id, OLD.specialty_code)
    IS DISTINCT FROM (NEW.hospital_id, NEW.specialty_code))
  EXECUTE FUNCTION move_referral_counts();

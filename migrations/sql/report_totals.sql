-- Running totals of requests, written in the transaction of what they count.

CREATE FUNCTION report_wait_minutes(waited interval) RETURNS integer
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
      WHEN minutes < 120 THEN minutes
      WHEN minutes < 1440 THEN minutes / 5 * 5
      ELSE minutes / 60 * 60
    END
    FROM (SELECT greatest(0, floor(extract(epoch FROM waited) / 60))::integer AS minutes) AS m
  $$;

CREATE FUNCTION report_subjects(counted referrals)
  RETURNS TABLE (dimension text, subject text) LANGUAGE sql IMMUTABLE AS $$
    VALUES ('province', counted.province_code),
           ('station', counted.station_id::text),
           ('hospital', counted.hospital_id::text),
           ('specialty', counted.specialty_code)
  $$;

CREATE FUNCTION count_referral_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public AS $$
DECLARE
  counted referrals;
  on_day date := (NEW.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;
  is_first boolean;
BEGIN
  IF NEW.after NOT IN ('submitted', 'accepted', 'declined', 'concluded') THEN
    RETURN NEW;
  END IF;
  SELECT NOT EXISTS (
    SELECT FROM referral_changes
    WHERE referral_id = NEW.referral_id AND after = NEW.after AND id <> NEW.id
  ) INTO is_first;
  IF NOT is_first THEN
    RETURN NEW;  -- sent again after a question, accepted again after a hand-over
  END IF;
  SELECT * INTO counted FROM referrals WHERE id = NEW.referral_id;
  INSERT INTO report_counts AS total
    (province_code, grain, dimension, starts, subject, requests, accepted, declined, completed)
  SELECT counted.province_code, periods.grain, s.dimension, periods.starts, s.subject,
    (NEW.after = 'submitted')::integer, (NEW.after = 'accepted')::integer,
    (NEW.after = 'declined')::integer, (NEW.after = 'concluded')::integer
  FROM report_subjects(counted) AS s,
    (VALUES ('day', on_day), ('month', date_trunc('month', on_day)::date))
      AS periods (grain, starts)
  ORDER BY 1, 2, 3, 4, 5  -- one order of locking for everybody
  ON CONFLICT (province_code, grain, dimension, starts, subject) DO UPDATE SET
    requests = total.requests + excluded.requests,
    accepted = total.accepted + excluded.accepted,
    declined = total.declined + excluded.declined,
    completed = total.completed + excluded.completed;
  IF NEW.after = 'accepted' THEN
    INSERT INTO report_waits AS total
      (province_code, grain, dimension, starts, subject, minutes, cases)
    SELECT counted.province_code, periods.grain, s.dimension, periods.starts, s.subject,
      report_wait_minutes(NEW.at - counted.submitted_at), 1
    FROM report_subjects(counted) AS s,
      (VALUES ('day', on_day), ('month', date_trunc('month', on_day)::date))
        AS periods (grain, starts)
    ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (province_code, grain, dimension, starts, subject, minutes)
      DO UPDATE SET cases = total.cases + 1;
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER count_referral_change AFTER INSERT ON referral_changes
  FOR EACH ROW EXECUTE FUNCTION count_referral_change();

-- Counts everything that fill.sql wrote, as the triggers of report_totals.sql would have.
-- By day first; the longer periods are sums of days, the medians come from the waits.
CREATE TEMP TABLE days AS
SELECT province_code, dimension, subject,
  (reached_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS starts, point,
  CASE WHEN point = 'accepted' THEN report_wait_minutes(reached_at - submitted_at) END
    AS minutes, count(*)::integer AS cases
FROM referrals AS r LEFT JOIN records ON records.referral_id = r.id,
  LATERAL (VALUES ('submitted', r.submitted_at), ('accepted', r.accepted_at),
    ('declined', CASE WHEN r.status = 'declined' THEN r.changed_at END),
    ('concluded', records.signed_at)) AS points (point, reached_at),
  LATERAL (VALUES ('province', r.province_code), ('station', r.station_id::text),
    ('hospital', r.hospital_id::text), ('specialty', r.specialty_code))
    AS subjects (dimension, subject)
WHERE reached_at IS NOT NULL
GROUP BY 1, 2, 3, 4, 5, 6;

CREATE TEMP TABLE counted_days AS
SELECT province_code, dimension, subject, starts,
  coalesce(sum(cases) FILTER (WHERE point = 'submitted'), 0) AS requests,
  coalesce(sum(cases) FILTER (WHERE point = 'accepted'), 0) AS accepted,
  coalesce(sum(cases) FILTER (WHERE point = 'declined'), 0) AS declined,
  coalesce(sum(cases) FILTER (WHERE point = 'concluded'), 0) AS completed
FROM days GROUP BY 1, 2, 3, 4;
ANALYZE days;
ANALYZE counted_days;

INSERT INTO report_waits (province_code, grain, dimension, starts, subject, minutes, cases)
SELECT province_code, periods.grain, dimension, periods.starts, subject, minutes, sum(cases)
FROM days, LATERAL report_periods(days.starts) AS periods WHERE point = 'accepted'
GROUP BY 1, 2, 3, 4, 5, 6;

INSERT INTO report_counts (province_code, grain, dimension, starts, subject, requests,
  accepted, declined, completed, median_wait)
SELECT counted.*, medians.median
FROM (
  SELECT province_code, periods.grain, dimension, periods.starts, subject,
    sum(requests), sum(accepted), sum(declined), sum(completed)
  FROM counted_days, LATERAL report_periods(counted_days.starts) AS periods
  GROUP BY 1, 2, 3, 4, 5
) AS counted LEFT JOIN (
  SELECT province_code, grain, dimension, starts, subject, min(minutes) AS median
  FROM (
    SELECT *,
      sum(cases) OVER (PARTITION BY province_code, grain, dimension, starts, subject
        ORDER BY minutes) AS so_far,
      sum(cases) OVER (PARTITION BY province_code, grain, dimension, starts, subject)
        AS all_cases
    FROM report_waits
  ) AS ranked WHERE so_far * 2 >= all_cases GROUP BY 1, 2, 3, 4, 5
) AS medians USING (province_code, grain, dimension, starts, subject);

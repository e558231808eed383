-- Reports: which periods there are, what is counted, and what has been computed.

-- section: periods
select coalesce(json_agg(json_build_object('name', p.prefix || y, 'from', f.day, 'to', t.day, 'complete', t.day < base.today())
                         order by t.day desc, p.n desc), '[]')::text as body,
       0::bigint as version, '{}'::uuid[] as subjects, null::text as page
from generate_series(extract(year from base.today())::int - 2, extract(year from base.today())::int) y
cross join (values (1, 'T1-', '-01-01', '-04-30'), (2, 'H1-', '-01-01', '-06-30'), (3, 'T2-', '-01-01', '-08-31'),
                   (4, '', '-01-01', '-12-31'), (5, 'H2-', '-07-01', '-12-31')) p (n, prefix, first_day, last_day)
cross join lateral (select (y || p.first_day)::date) f (day)
cross join lateral (select (y || p.last_day)::date) t (day)
where f.day <= base.today()

-- section: kept
select k.answer as body, 0::bigint as version, '{}'::uuid[] as subjects, k.words as page from base.kept_report($3 ->> 'key') k

-- section: items
-- and opens the cursors
select base.open_report($3) as body, 0::bigint as version, '{}'::uuid[] as subjects, null::text as page

-- section: keep
select base.keep_report($2)

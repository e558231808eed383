-- Published reports: freezing one, and giving it out again.

-- section: publish
select base.publish_report($1, $2, $3 ->> '@report')

-- section: report
select p.answer as body, 0::bigint as version, '{}'::uuid[] as subjects, p.words as page
from base.published_reports p where p.id = $1

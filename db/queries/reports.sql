-- Reports: the list of them, and the follow-up figures.

-- section: catalogue
select json_build_object('data', json_build_array(json_build_object(
         'name', 'follow-up', 'title', 'Uppföljning av uppsök, stöd och insatser',
         'href', ($3 ->> '@base') || '/reports/follow-up', 'definitionVersion', '1',
         'groupBy', json_build_array('total', 'district', 'sex', 'unit', 'district,sex', 'unit,sex'),
         'formats', json_build_array('json', 'csv'))))::text as body,
       0::bigint as version, '{}'::uuid[] as subjects, null::text as page

-- section: follow_up
select base.follow_up($3) as body, 0::bigint as version, '{}'::uuid[] as subjects, null::text as page

-- School events.

-- section: receive
select base.receive_school_event($1, $2)

-- section: receipt
select json_build_object('id', base.school_event_receipt($2 ->> 'eventId'))::text as body, 0::bigint as version,
       '{}'::uuid[] as subjects, null::text as page

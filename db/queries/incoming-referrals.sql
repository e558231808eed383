-- Incoming referrals.

-- section: receive
select base.receive_incoming_referral($1, $2)

-- section: receipt
select json_build_object('id', $1::uuid)::text as body, 0::bigint as version, '{}'::uuid[] as subjects, null::text as page

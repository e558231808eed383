-- SIP requests: an event may release, so consents are locked before the request.

-- section: event
select base.transit_with_consent('sip-requests', $1, $2, $3)

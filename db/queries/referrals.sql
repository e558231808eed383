-- Referrals: an event may release, so consents are locked before the referral.

-- section: event
select base.transit_with_consent('referrals', $1, $2, $3)

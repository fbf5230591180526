/* flow_find: the part of a sign-in that finds out who issues tokens: the probe's answer, the
 * resource metadata, the issuer's metadata. Used by flow alone. */
#pragma once

#include "oauth/flow.h"

/* Each returns the next step: FLOW_SEND while it searches, FLOW_REDIRECT once the issuer is
 * known (f->issuer, f->grant.resource), FLOW_OPEN, or FLOW_FAILED. */
enum flow_step flow_find_challenged(struct flow *f);
enum flow_step flow_find_probed(struct flow *f, const struct fetch_answer *answer);
enum flow_step flow_find_answer(struct flow *f, const struct fetch_answer *answer);

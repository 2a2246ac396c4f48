// A deal by orval.
import * as api from "../build/orval/api.js";
import { LEAD, PROPERTY, realtor } from "./bodies.js";
import { eventually, expect } from "./expect.js";

const lead: api.LeadBody = LEAD;
const property: api.PropertyBody = PROPERTY;
// @ts-expect-error: a misspelt field does not compile
const misspelt: api.Reaction = { akcion: "LIKE" };
void misspelt;

async function registered(name: string): Promise<RequestInit> {
  const answer = await api.register(realtor(name));
  expect(answer.status === 201, "no token");
  return { headers: { Authorization: `Bearer ${answer.data.access_token}` } };
}

const anna = await registered("anna");
const boris = await registered("boris");
const posted = await api.createLead(lead, anna);
const listed = await api.createProperty(property, boris);
expect(posted.status === 201 && listed.status === 201, "not posted");
const [leadId, propertyId] = [posted.data.lead_id, listed.data.property_id];
const best = await api.recommendProperties(leadId, { limit: 10 }, anna);
expect(best.status === 200 && best.data.recommendations.some((row) => row.property_id === propertyId), "not recommended");

const asked = await api.actOnProperty(leadId, propertyId, { action: "LIKE", proposed_commission: 60 }, anna);
expect(asked.status === 200 && asked.data.match?.awaiting === "THEM", "not asked");
const countered = await api.actOnLead(propertyId, leadId, { action: "LIKE", proposed_commission: 55 }, boris);
expect(countered.status === 200 && countered.data.match?.negotiation_status === "PENDING", "not countered");
const refused = await api.actOnProperty(leadId, propertyId, { action: "LIKE", proposed_commission: 70 }, anna);
expect(refused.status === 409 && refused.data.code === "not_a_concession", "not refused");
const agreed = await api.actOnProperty(leadId, propertyId, { action: "LIKE", proposed_commission: 55 }, anna);
expect(agreed.status === 200 && agreed.data.match?.agreed_share === 55, "not agreed");

const matchId = agreed.data.match.match_id;
const match = await api.getMatch(matchId, anna);
expect(match.status === 200 && match.data.realtor_info.phone !== null, "no contact");
await eventually(async () => {
  const answer = await api.listNotifications(undefined, boris);
  return answer.status === 200 ? answer.data.notifications.find((one) => one.type === "CONTACT_SHARED") : undefined;
}, "contacts were not told");
const done = await api.completeMatch(matchId, anna);
expect(done.status === 200 && done.data.status === "COMPLETED", "not completed");
console.log("orval: the deal is done");

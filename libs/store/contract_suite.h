// All of the store's contract; see contract.h.
#pragma once

#include "store/contract_accounts.h"
#include "store/contract_economy.h"
#include "store/contract_economy_races.h"
#include "store/contract_factors.h"
#include "store/contract_matches.h"
#include "store/contract_moderation.h"
#include "store/contract_revocations.h"
#include "store/contract_search.h"
#include "store/contract_sessions.h"

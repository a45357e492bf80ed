// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/supervisor/simulation.h"

#include "src/plan/compare.h"

#include <sstream>

namespace vmwarden::supervisor {

namespace {

using Verdict = Forecast::Verdict;

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> out;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        out.push_back(line);
    return out;
}

void refuse(Forecast& out, const Failure& now, const Failure* before) {
    out.lines = lines_of(now.message);
    out.verdict = before == nullptr ? Verdict::refused : Verdict::same;
    if (before != nullptr) out.lines.insert(out.lines.begin(), "refused now as well:");
}

} // namespace

std::string_view to_text(Forecast::Verdict verdict) {
    switch (verdict) {
    case Verdict::same:
        return "same";
    case Verdict::changed:
        return "changed";
    case Verdict::refused:
        break;
    }
    return "refused";
}

Forecast forecast(std::string guest, bool runs, const Outcome<LaunchPlan>& now,
                  const Outcome<LaunchPlan>& then) {
    Forecast out{std::move(guest), runs, Verdict::same, {}};
    const auto* refused_now = std::get_if<Failure>(&now);
    if (const auto* refused = std::get_if<Failure>(&then)) {
        refuse(out, *refused, refused_now);
        return out;
    }
    if (refused_now != nullptr) {
        out.lines.emplace_back("would start; it is refused now");
    } else {
        for (const auto& found :
             plan::differences(std::get<LaunchPlan>(now), std::get<LaunchPlan>(then)))
            out.lines.push_back(found.text());
    }
    if (!out.lines.empty()) out.verdict = Verdict::changed;
    return out;
}

} // namespace vmwarden::supervisor

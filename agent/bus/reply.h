// SPDX-License-Identifier: LGPL-2.1-or-later
// The answer to one method call, owed from the moment the call is taken: given once, and given for
// us if all who hold it forget.
#pragma once

#include "agent/bus/errors.h"

#include <memory>

namespace vmwarden::bus {

// Counts the answers that are owed.
using Debts = std::shared_ptr<unsigned>;

template <class... Out>
class Reply {
  public:
    Reply(sdbus::Result<Out...>&& result, Debts debts)
      : owed_(std::make_shared<Owed>(std::move(result), std::move(debts))) {}

    void give(const Out&... values) const { owed_->give(values...); }
    void fail(const supervisor::Failure& failure) const { owed_->fail(failure); }

  private:
    struct Owed {
        sdbus::Result<Out...> result;
        Debts debts;
        bool open = true;

        Owed(sdbus::Result<Out...>&& to, Debts count)
          : result(std::move(to))
          , debts(std::move(count)) {
            ++*debts;
        }
        Owed(const Owed&) = delete;
        Owed& operator=(const Owed&) = delete;
        ~Owed() {
            try {
                fail({supervisor::Failure::Kind::operation_failed,
                      "the agent exits before this is done; ask again"});
            } catch (const std::exception&) { // the caller is gone, or the bus
            }
            --*debts;
        }
        void give(const Out&... values) {
            if (std::exchange(open, false)) result.returnResults(values...);
        }
        void fail(const supervisor::Failure& failure) {
            if (std::exchange(open, false)) result.returnError(to_error(failure));
        }
    };
    std::shared_ptr<Owed> owed_;
};

} // namespace vmwarden::bus

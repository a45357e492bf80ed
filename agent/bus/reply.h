// SPDX-License-Identifier: LGPL-2.1-or-later
// The answer to one method call, owed from the moment the call is taken: given once, and given for
// us if all who hold it forget.
#pragma once

#include "agent/bus/errors.h"

#include <memory>

namespace vmwarden::bus {

// Counts the answers that are owed.
using Debts = std::shared_ptr<unsigned>;

// Held by an object on the bus as long as it is there. sd-bus checks a result against the signature
// in the object's vtable, which goes with the object; an error has no signature.
using Presence = std::shared_ptr<const void>;

template <class... Out>
class Reply {
  public:
    Reply(sdbus::Result<Out...>&& result, const Presence& object, Debts debts)
      : owed_(std::make_shared<Owed>(std::move(result), object, std::move(debts))) {}

    void give(const Out&... values) const { owed_->give(values...); }
    void fail(const supervisor::Failure& failure) const { owed_->fail(failure); }

  private:
    struct Owed {
        sdbus::Result<Out...> result;
        std::weak_ptr<const void> object;
        Debts debts;
        bool open = true;

        Owed(sdbus::Result<Out...>&& to, const Presence& asked, Debts count)
          : result(std::move(to))
          , object(asked)
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
            if (object.expired())
                return fail({supervisor::Failure::Kind::no_such_guest,
                             "the guest has ended and is gone meanwhile"});
            if (std::exchange(open, false)) result.returnResults(values...);
        }
        void fail(const supervisor::Failure& failure) {
            if (std::exchange(open, false)) result.returnError(to_error(failure));
        }
    };
    std::shared_ptr<Owed> owed_;
};

} // namespace vmwarden::bus

// SPDX-License-Identifier: LGPL-2.1-or-later
// Gives each guest an id of its own (docs/adr/0035). A guest keeps it by its name; no other guest
// gets it while anything still carries it.
#pragma once

#include "agent/executor/places.h"
#include "agent/host/guest_ids.h"

#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace vmwarden::executor {

struct IdPlaces {
    std::string list;                     // the directory of the list
    std::string definitions;              // NAME.xml in it: the guest is defined
    std::vector<std::string> directories; // where guests leave files
    std::string processes;                // "/proc"
};
const IdPlaces& system_id_places();

// Which id a guest gets; pure. `carried`: ids that something still has. `kept`: guests whose ids
// are theirs still, whatever carries them. Throws std::runtime_error when none is left.
std::uint32_t choose_id(host::GuestIds& ids, const std::string& guest, IdRange range,
                        const std::set<std::uint32_t>& carried, const std::set<std::string>& kept);

class GuestIdGiver {
  public:
    explicit GuestIdGiver(const Places& places = system_places(),
                          const IdPlaces& ids = system_id_places())
      : places_(places)
      , ids_(ids) {}

    // On disk before this returns. Throws std::runtime_error with the reason when there is none to
    // give, and when it cannot be known which are free. On several threads at once.
    std::uint32_t give(const std::string& guest, IdRange range);
    // The guest, perhaps without a definition, is not about to start any more.
    void forget(const std::string& guest);

  private:
    [[nodiscard]] std::set<std::string> kept_guests() const;

    const Places& places_;
    const IdPlaces& ids_;
    std::mutex mutex_;
    std::set<std::string> starting_;
};

} // namespace vmwarden::executor

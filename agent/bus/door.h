// SPDX-License-Identifier: LGPL-2.1-or-later
// What every method call passes before anything is done for it: its options are read, the gate is
// asked, and nothing but Failures gets out.
#pragma once

#include "agent/bus/authorisation.h"
#include "agent/bus/options.h"
#include "agent/bus/reply.h"
#include "agent/supervisor/supervisor.h"

namespace vmwarden::bus {

// One method call on its way in.
struct Call {
    Caller caller;
    const MethodRule* rule = nullptr;
    std::string guest;
    Dictionary options;
};

class Door {
  public:
    Door(supervisor::Supervisor& supervisor, Gate& gate)
      : supervisor_(supervisor)
      , gate_(gate) {}

    template <class... Out>
    Reply<Out...> owe(sdbus::Result<Out...>&& result, const Presence& object) const {
        return {std::move(result), object, debts_};
    }
    [[nodiscard]] unsigned owed() const { return *debts_; }

    // `body(options)` once the caller is known to be allowed.
    template <class... Out, class Body>
    void enter(Call call, Reply<Out...> reply, Body body) {
        guarded(reply, [&] {
            auto options = read_options(call.options, call.rule->known_options());
            if (const auto* failure = std::get_if<supervisor::Failure>(&options))
                return reply.fail(*failure);
            allow(call, std::get<Options>(std::move(options)), std::move(reply), std::move(body));
        });
    }

    // `body(options, definition)` for a call that brings a definition. It is parsed first, for the
    // name that polkit's rules are to see; what is wrong with it only who is allowed gets to know.
    template <class... Out, class Body>
    void enter_with_definition(Call call, std::string xml, Reply<Out...> reply, Body body) {
        guarded(reply, [&] {
            auto options = read_options(call.options, call.rule->known_options());
            if (const auto* failure = std::get_if<supervisor::Failure>(&options))
                return reply.fail(*failure);
            parse(std::move(call), std::get<Options>(std::move(options)), std::move(xml),
                  std::move(reply), std::move(body));
        });
    }

    // Runs `step`; what it throws becomes a neutral failure and a line in the log.
    template <class... Out, class Step>
    static void guarded(const Reply<Out...>& reply, Step step) {
        try {
            step();
        } catch (const std::exception& error) {
            reply.fail(supervisor::unexpected(error.what()));
        }
    }

  private:
    supervisor::Supervisor& supervisor_;
    Gate& gate_;
    Debts debts_ = std::make_shared<unsigned>(0);

    template <class... Out, class Body>
    void allow(const Call& call, Options options, Reply<Out...> reply, Body body) {
        const bool interactive = options.interactive;
        gate_.ask(call.caller, *call.rule, call.guest, interactive,
                  [options = std::move(options), reply,
                   body = std::move(body)](const std::optional<supervisor::Failure>& refusal) {
                      guarded(reply, [&] {
                          if (refusal) return reply.fail(*refusal);
                          body(options);
                      });
                  });
    }

    template <class... Out, class Body>
    void parse(Call call, Options options, std::string xml, Reply<Out...> reply, Body body) {
        using Parsed = supervisor::Outcome<supervisor::DefinitionPointer>;
        auto then = [this, call = std::move(call), options, reply,
                     body = std::move(body)](const Parsed& parsed) mutable {
            const auto* definition = std::get_if<supervisor::DefinitionPointer>(&parsed);
            if (definition != nullptr) call.guest = (*definition)->guest.name;
            guarded(reply, [&] {
                allow(call, options, reply,
                      [parsed, reply, body = std::move(body)](const Options& allowed) {
                          if (const auto* wrong = std::get_if<supervisor::Failure>(&parsed))
                              return reply.fail(*wrong);
                          body(allowed, std::get<supervisor::DefinitionPointer>(parsed));
                      });
            });
        };
        supervisor_.parse(options.file.value_or("domain.xml"), std::move(xml), std::move(then));
    }
};

// Gives what an Outcome holds: `convert` turns the value into what the method returns.
template <class T, class Out, class Convert>
std::function<void(supervisor::Outcome<T>)> give_to(Reply<Out> reply, Convert convert) {
    return [reply, convert](supervisor::Outcome<T> outcome) {
        Door::guarded(reply, [&] {
            if (const auto* failure = std::get_if<supervisor::Failure>(&outcome))
                return reply.fail(*failure);
            reply.give(convert(std::get<T>(outcome)));
        });
    };
}

} // namespace vmwarden::bus

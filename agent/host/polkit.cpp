// SPDX-License-Identifier: LGPL-2.1-or-later
// org.freedesktop.PolicyKit1.Authority.CheckAuthorization(
//     (sa{sv}) subject, s action_id, a{ss} details, u flags, s cancellation_id)
//     -> (b is_authorized, b is_challenge, a{ss} details)
#include "agent/host/polkit.h"

#include <list>
#include <system_error>
#include <systemd/sd-bus.h>

namespace vmwarden::host {

namespace {

constexpr const char* polkit_name = "org.freedesktop.PolicyKit1";
constexpr const char* polkit_path = "/org/freedesktop/PolicyKit1/Authority";
constexpr const char* polkit_interface = "org.freedesktop.PolicyKit1.Authority";
constexpr std::uint32_t allow_user_interaction = 1;
constexpr std::uint64_t no_timeout = UINT64_MAX; // a person types a password

struct BusUnref {
    void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
};
struct SlotUnref {
    void operator()(sd_bus_slot* slot) const { sd_bus_slot_unref(slot); }
};
struct MessageUnref {
    void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Slot = std::unique_ptr<sd_bus_slot, SlotUnref>;
using Message = std::unique_ptr<sd_bus_message, MessageUnref>;

void check(int result, const char* what) {
    if (result < 0) throw std::system_error(-result, std::generic_category(), what);
}

class Polkit final : public Authority {
  public:
    explicit Polkit(sd_event* loop);
    void ask(Question question, Callback callback) override;

  private:
    struct Pending {
        Polkit* authority = nullptr;
        std::string subject;
        std::string cancellation;
        Callback callback;
        Slot slot;
    };
    std::unique_ptr<sd_bus, BusUnref> bus_;
    Slot vanished_;
    std::list<Pending> pending_;
    std::uint64_t last_cancellation_ = 0;

    [[nodiscard]] Message compose(const Question& question, const std::string& cancellation) const;
    void answer(const Pending* pending, Answer answer);
    void cancel(const std::string& subject);
    static int on_reply(sd_bus_message* reply, void* userdata, sd_bus_error* error);
    static int on_name_change(sd_bus_message* signal, void* userdata, sd_bus_error* error);
};

Polkit::Polkit(sd_event* loop) {
    sd_bus* bus = nullptr;
    check(sd_bus_open_system(&bus), "cannot connect to the system bus for polkit");
    bus_.reset(bus);
    check(sd_bus_attach_event(bus, loop, SD_EVENT_PRIORITY_NORMAL), "cannot watch the system bus");
    sd_bus_slot* slot = nullptr;
    check(sd_bus_match_signal_async(bus, &slot, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                    "org.freedesktop.DBus", "NameOwnerChanged", &on_name_change,
                                    nullptr, this),
          "cannot watch callers leave the bus");
    vanished_.reset(slot);
}

Message Polkit::compose(const Question& question, const std::string& cancellation) const {
    sd_bus_message* raw = nullptr;
    check(sd_bus_message_new_method_call(bus_.get(), &raw, polkit_name, polkit_path,
                                         polkit_interface, "CheckAuthorization"),
          "cannot ask polkit");
    Message message(raw);
    check(sd_bus_message_append(raw, "(sa{sv})s", "system-bus-name", 1, "name", "s",
                                question.subject.c_str(), question.action.c_str()),
          "cannot ask polkit");
    check(sd_bus_message_open_container(raw, 'a', "{ss}"), "cannot ask polkit");
    for (const auto& [key, value] : question.details)
        check(sd_bus_message_append(raw, "{ss}", key.c_str(), value.c_str()), "cannot ask polkit");
    check(sd_bus_message_close_container(raw), "cannot ask polkit");
    check(sd_bus_message_append(raw, "us", question.interactive ? allow_user_interaction : 0U,
                                cancellation.c_str()),
          "cannot ask polkit");
    return message;
}

void Polkit::ask(Question question, Callback callback) {
    const auto cancellation = "vmwarden" + std::to_string(++last_cancellation_);
    const auto message = compose(question, cancellation);
    auto& pending = pending_.emplace_back();
    pending.authority = this;
    pending.subject = std::move(question.subject);
    pending.cancellation = cancellation;
    pending.callback = std::move(callback);
    sd_bus_slot* slot = nullptr;
    const int result = sd_bus_call_async(bus_.get(), &slot, message.get(), &on_reply, &pending,
                                         question.interactive ? no_timeout : 0);
    pending.slot.reset(slot);
    if (result < 0) answer(&pending, Answer::unavailable);
}

void Polkit::answer(const Pending* pending, Answer answer) {
    for (auto it = pending_.begin(); it != pending_.end(); ++it) {
        if (&*it != pending) continue;
        std::list<Pending> over; // keeps the slot until sd-bus has left its callback
        over.splice(over.begin(), pending_, it);
        return over.front().callback(answer);
    }
}

int Polkit::on_reply(sd_bus_message* reply, void* userdata, sd_bus_error*) {
    const auto* pending = static_cast<Pending*>(userdata);
    int authorized = 0;
    int challenge = 0;
    const bool understood = sd_bus_message_is_method_error(reply, nullptr) == 0 &&
                            sd_bus_message_enter_container(reply, 'r', "bba{ss}") > 0 &&
                            sd_bus_message_read(reply, "bb", &authorized, &challenge) > 0;
    auto result = Answer::unavailable;
    if (understood)
        result = authorized != 0 ? Answer::yes : challenge != 0 ? Answer::challenge : Answer::no;
    pending->authority->answer(pending, result);
    return 0;
}

int Polkit::on_name_change(sd_bus_message* signal, void* userdata, sd_bus_error*) {
    const char* name = nullptr;
    const char* before = nullptr;
    const char* after = nullptr;
    if (sd_bus_message_read(signal, "sss", &name, &before, &after) > 0 && *after == '\0')
        static_cast<Polkit*>(userdata)->cancel(name);
    return 0;
}

void Polkit::cancel(const std::string& subject) {
    for (;;) {
        const Pending* gone = nullptr;
        for (const auto& pending : pending_)
            if (pending.subject == subject) gone = &pending;
        if (gone == nullptr) return;
        sd_bus_call_method_async(bus_.get(), nullptr, polkit_name, polkit_path, polkit_interface,
                                 "CancelCheckAuthorization", nullptr, nullptr, "s",
                                 gone->cancellation.c_str());
        answer(gone, Answer::no);
    }
}

} // namespace

std::unique_ptr<Authority> connect_polkit(sd_event* loop) {
    return std::make_unique<Polkit>(loop);
}

} // namespace vmwarden::host

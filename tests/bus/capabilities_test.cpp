// SPDX-License-Identifier: LGPL-2.1-or-later
// Manager.GetCapabilities: who may ask, and that many who ask are one look at the host.
#include "tests/bus/bus_fixture.h"

namespace vmwarden::tests {

namespace {

class Capabilities : public BusTest {
  protected:
    std::string get() {
        return std::get<0>(manager<std::string>("GetCapabilities", bus::Dictionary()));
    }
};

TEST_F(Capabilities, AreXmlForEverybodyWithoutAQuestion) {
    polkit_.will(FakePolkit::Will::no);
    host_.script([](auto& s) { s.capabilities.capabilities.arch = "x86_64"; });
    start_agent();
    EXPECT_EQ(get(), "<capabilities>\n  <host>\n    <cpu>\n      <arch>x86_64</arch>\n"
                     "    </cpu>\n  </host>\n</capabilities>\n");
    EXPECT_TRUE(polkit_.asked().empty());
}

TEST_F(Capabilities, SayWhyThereAreNone) {
    host_.script([](auto& s) { s.capabilities.problem = "no user 'qemu'"; });
    start_agent();
    EXPECT_EQ(error_of([&] { get(); }), "OperationFailed: no user 'qemu'");
}

TEST_F(Capabilities, AreLookedForOnceForAllWhoWait) {
    host_.script([](auto& s) { s.hold_looks = true; });
    start_agent();
    auto first = std::async(std::launch::async, [&] { return get(); });
    host_.wait_for_looks(1);
    // Calls of one connection are taken in their order: when GetGuest is answered, these wait.
    auto proxy = bus::make_proxy(*client_, "org.vmwarden1", "/org/vmwarden1");
    std::promise<void> second, third;
    for (auto* done : {&second, &third})
        proxy->callMethodAsync("GetCapabilities")
            .onInterface("org.vmwarden1.Manager")
            .withArguments(bus::Dictionary())
            .uponReplyInvoke([done](bus::ReplyError, const std::string&) { done->set_value(); });
    error_of([&] { manager<sdbus::ObjectPath>("GetGuest", std::string("x"), bus::Dictionary()); });
    host_.script([](auto& s) { s.hold_looks = false; });
    first.get();
    second.get_future().get();
    third.get_future().get();
    EXPECT_EQ(host_.script([](auto& s) { return s.looks; }), 1U);
    get();
    EXPECT_EQ(host_.script([](auto& s) { return s.looks; }), 2U);
}

} // namespace

} // namespace vmwarden::tests

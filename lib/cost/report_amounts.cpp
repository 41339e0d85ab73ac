#include "cost/report_amounts.hpp"

namespace fairlead::cost {

Amounts& Amounts::operator+=(const Amounts& other) {
    runs += other.runs;
    node_seconds += other.node_seconds;
    spot_seconds += other.spot_seconds;
    cpu_seconds += other.cpu_seconds;
    gpu_seconds += other.gpu_seconds;
    compute += other.compute;
    suspended += other.suspended;
    waste += other.waste;
    reclaimed += other.reclaimed;
    boot += other.boot;
    idle += other.idle;
    storage += other.storage;
    transfer += other.transfer;
    overhead += other.overhead;
    adjusted += other.adjusted;
    return *this;
}

bool Amounts::nothing() const {
    return runs == 0 && node_seconds == 0 && compute == 0 && suspended == 0 && waste == 0 &&
           reclaimed == 0 && boot == 0 && idle == 0 && storage == 0 && transfer == 0 &&
           overhead == 0 && adjusted == 0;
}

Amounts amounts_of(const Attributed& part) {
    const DaySum& sum = part.charge->sum;
    Amounts amounts{.runs = sum.runs,
                    .node_seconds = part.node_seconds,
                    .cpu_seconds = part.cpu_seconds,
                    .gpu_seconds = part.gpu_seconds};
    amounts.spot_seconds = sum.purchase == "spot" ? part.node_seconds : 0;
    Wide& into = sum.kind == "run"          ? amounts.compute
                 : sum.kind == "suspended"  ? amounts.suspended
                 : sum.kind == "node_fail"  ? amounts.waste
                 : sum.kind == "reclaim"    ? amounts.reclaimed
                 : sum.kind == "boot"       ? amounts.boot
                 : sum.kind == "idle"       ? amounts.idle
                 : sum.kind == "adjustment" ? amounts.adjusted
                 : sum.kind == "storage"    ? amounts.storage
                 : sum.kind == "transfer"   ? amounts.transfer
                                            : amounts.overhead;
    into = part.amount.nanos;
    return amounts;
}

} // namespace fairlead::cost

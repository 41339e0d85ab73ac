/// The database that a ledger is kept in: its connection, its statements, and what waits for the
/// end of a transaction.
#pragma once

#include "cost/ledger_chain.hpp"
#include "cost/ledger_rows.hpp"
#include "cost/ledger_schema.hpp"
#include "cost/ledger_sums.hpp"

namespace fairlead::cost {

class LedgerDatabase {
  public:
    /// By a path or "mysql://...". Throws what SOCI throws; std::out_of_range for tables of another
    /// release.
    static Result<std::unique_ptr<LedgerDatabase>> connect(const std::string& place, bool to_read);

    LedgerDatabase(std::string shown, const soci::backend_factory& factory,
                   const std::string& connection, const Dialect& its_dialect);

    int version();
    void prepare();
    void begin();
    void give_up();
    Result<void> read_head();
    Result<void> write_sums();

    std::string name; ///< for messages, without a password
    const Dialect& dialect;
    soci::session sql;
    Chain chain{};
    std::optional<std::string> head{}; ///< the checksum of the last entry, while a transaction runs
    long long last = 0;                ///< its id
    std::string closed{};              ///< the last closed month, while a transaction runs
    DaySums pending{};                 ///< entered in the transaction
    EntryRow found{}, added{};
    ObservationRow seen{}, noted{};
    SumRow sum{};
    std::string cluster{}, run{};
    soci::statement find, insert, look, note, look_sum, put_sum;

  private:
    void make_tables();
    void take_steps();
    void prepare_entries();
    void prepare_observations();
    void prepare_sums();
};

} // namespace fairlead::cost

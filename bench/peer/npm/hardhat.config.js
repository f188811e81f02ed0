// A chain for bench/a1: blocks as large as they come, mined at once or at intervals.
const interval = Number(process.env.BENCH_INTERVAL ?? 0);

module.exports = {
  solidity: "0.8.28",
  networks: {
    hardhat: {
      chainId: 31337,
      blockGasLimit: 3_000_000_000,
      mining: interval ? { auto: false, interval, mempool: { order: "fifo" } } : { auto: true },
    },
  },
};

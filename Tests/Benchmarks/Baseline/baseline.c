int signet_baseline_unused;

package io.quafka.bench.process;

/// What others took from the machine during a window, each as a share (0 to 1) of all its cores'
/// time.
///
/// @param foreignShare processes that belong neither to the harness nor to broker nor load
/// @param stealShare other machines on the same hardware
public record Disturbance(double foreignShare, double stealShare) {
    public static final Disturbance NONE = new Disturbance(0, 0);

    /// Computes the shares; rounding of ticks may make the difference slightly negative, which
    /// counts as zero.
    static Disturbance of(
            long busyTicks, long ownTicks, long kernelTicks, long stealTicks, long capacityTicks) {
        if (capacityTicks <= 0) {
            return NONE;
        }
        double foreign = Math.max(0, busyTicks - ownTicks - kernelTicks);
        return new Disturbance(foreign / capacityTicks, (double) stealTicks / capacityTicks);
    }

    /// The sum by which a window is judged.
    public double share() {
        return foreignShare + stealShare;
    }

    /// Whether others took more than `limitShare` of the machine.
    public boolean exceeds(double limitShare) {
        return share() > limitShare;
    }
}

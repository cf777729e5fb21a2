namespace NtkPipeline.Core

/// A width's networks against regression with their own first kernels, tweet by tweet.
type PairedWidth = {
    Width: int
    Seeds: int
    /// Share of tweets that both put on one side of 0; rms distance of their outputs.
    Agreement: Difference
    Rms: float
    /// Tweets that only the network, and only the kernel, classifies rightly, on average over seeds (McNemar 1947 compares these two).
    NetworkAlone: float
    KernelAlone: float
    /// The network's accuracy less the kernel's.
    Gain: Difference
}

[<RequireQualifiedAccess>]
module PairedWidth =

    /// Networks of one width beside one of their kernels' regressions.
    let ofPairs
        (resamples: int)
        (seed: Seed)
        (labels: float[])
        (pick: OwnKernelPair -> float[])
        (pairs: OwnKernelPair[])
        : PairedWidth =
        let nothing = Array.zeroCreate<float> labels.Length
        let hits read = pairs |> Array.map (fun pair -> Bootstrap.hits labels (read pair))
        let network, kernel = hits _.Network, hits pick

        let alike =
            pairs
            |> Array.map (fun pair ->
                Array.map2 (fun f g -> if (f > 0.0) = (g > 0.0) then 1.0 else 0.0) pair.Network (pick pair))

        let alone ours theirs =
            Array.map2
                (fun a b -> Array.map2 (fun a b -> if a > b then 1.0 else 0.0) a b |> Array.sum)
                ours
                theirs
            |> Array.average

        {
            Width = pairs[0].Width
            Seeds = pairs.Length
            Agreement = Bootstrap.paired resamples (Seed.derive "agreement" seed) alike nothing
            Rms = pairs |> Array.averageBy (fun pair -> (Metrics.gap pair.Network (pick pair)).Rms)
            NetworkAlone = alone network kernel
            KernelAlone = alone kernel network
            Gain =
                Bootstrap.paired
                    resamples
                    (Seed.derive "gain" seed)
                    (Array.map2 (Array.map2 (-)) network kernel)
                    nothing
        }

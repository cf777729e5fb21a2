namespace NtkPipeline.Core

/// The quantities that power laws in the width are fitted to, by the names that the comparison gives them.
[<RequireQualifiedAccess>]
module Quantity =

    let deltaTheta = "deltaTheta"
    let initKernelError = "initKernelError"
    let gapToKernel = "gapToKernel"
    let gapToLinearised = "gapToLinearised"

    let private spelled =
        Map.ofList [
            deltaTheta, "ΔΘ, movement of the tangent kernel"
            initKernelError, "‖Θ̂₀ − Θ‖/‖Θ‖, error of the initial kernel"
            gapToKernel, "rms gap to the kernel"
            gapToLinearised, "rms gap to the linearised network"
        ]

    /// A quantity as a reader knows it; one without words keeps its name.
    let words (quantity: string) : string = spelled |> Map.tryFind quantity |> Option.defaultValue quantity

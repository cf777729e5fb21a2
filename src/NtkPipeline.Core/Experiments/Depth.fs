namespace NtkPipeline.Core

/// Depth and architecture (Poole et al. 2016; Schoenholz et al. 2017; Xiao et al. 2020): conditioning of Θ, order and chaos, which networks
/// can be trained, and what depth does to the accuracy of kernels and of networks of one width.
[<RequireQualifiedAccess>]
module Depth =

    let private rows (values: Map<string, string>) : FewRows.Settings = {
        Train = Setting.whole values "depth.rows"
        Validation = Setting.whole values "depth.validation-rows"
    }

    let private layersOf (point: DepthPoint) = float point.Layers

    let experiment: Experiment = {
        Name = "depth"
        Question = "What does depth do to a network's kernel, its training and its accuracy?"
        Settings = DepthGrid.settings
        Check =
            fun values basis ->
                match DepthGrid.networks values basis with
                | Ok _ -> []
                | Error reason -> [ $"depth: %s{reason}" ]
        Work =
            fun values basis sizes ->
                let few = {
                    sizes with
                        Fitted = min sizes.Fitted (Setting.whole values "depth.rows")
                        Kept = min sizes.Kept (Setting.whole values "depth.validation-rows")
                }

                // A layer's dual, of one pair of rows after the other in float64, takes as long as some 8,000 operations of a product; a table
                // of the angle spares most pairs of it, but for chaotic kernels.
                let kernel (point: DepthPoint) =
                    Workload.passes (200.0 * layersOf point) few.Fitted few.Fitted
                    + 2.0 * Workload.eigen few.Fitted

                let gram (point: DepthPoint) =
                    Workload.passes (60.0 * layersOf point) few.Labelled few.Labelled
                    + Workload.eigen few.Fitted

                let networks =
                    match DepthGrid.networks values basis with
                    | Ok points -> Workload.networks few points
                    | Error _ -> 0.0

                List.sumBy kernel (DepthGrid.kernels values)
                + List.sumBy gram (DepthGrid.trained values)
                + networks
    }

    let few (values: Map<string, string>) : Stage<Features * Split, Features * Split> =
        FewRows.stage (rows values)

    /// A stage for each kernel, in the order of `DepthGrid.kernels`.
    let kernels (values: Map<string, string>) : Stage<Features * Split, DepthKernel> list =
        DepthGrid.kernels values |> List.map (DepthKernel.stage (Setting.whole values "depth.width"))

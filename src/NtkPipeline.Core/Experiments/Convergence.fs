namespace NtkPipeline.Core

/// Do finite networks become their kernel, at the pace that theory says (Lee et al. 2019)? Networks of many widths on a part of the training
/// rows, by full-batch descent, so that nothing but the width stands between them and the kernel; and networks that are not centred beside
/// theory's law of their outputs.
[<RequireQualifiedAccess>]
module Convergence =

    let private key name = $"convergence.%s{name}"

    let private setting name = Setting.create (key name)

    let private ofEnsemble = [
        setting
            "ensemble-width"
            (Whole(1L, 65536L))
            "1024"
            "Width of the networks that theory's band is held against."
        setting "ensemble-seeds" (Whole(2L, 1000L)) "10" "How many of them there are; they are not centred."
        setting
            "ensemble-rows"
            (Whole(16L, 4000L))
            "200"
            "Training rows, evenly spaced, that they are trained on."
        setting
            "ensemble-steps"
            (WholeList(1L, 100000L))
            "1, 3, 10, 30, 100, 300"
            "Steps of full-batch descent after which they are looked at."
        setting
            "share-tolerance"
            (Real(0.0, 1.0))
            "0.05"
            "The share of outputs inside the band agrees with theory's where its whole band lies within so much of it."
    ]

    let private settings = CommonSettings.ofDescent "convergence" 100000L @ ofEnsemble

    let private seeds (values: Map<string, string>) name : AxisValue list = Widths.seeds values (key name)

    let private ascending (values: Map<string, string>) name =
        Setting.wholes values (key name) |> List.distinct |> List.sort

    /// Networks of the run's layers that take steps of full-batch descent, one an epoch, and are looked at after the given ones.
    let descent (rate: float) (steps: int list) (isCentred: bool) (basis: RunSpec) : RunSpec = {
        basis with
            Architecture =
                basis.Architecture |> Architecture.withScale 1.0 |> Architecture.withCentring isCentred
            Optimiser = Optimiser.Descent
            Rate = rate
            BatchSize = 0
            Epochs = List.last steps
            Tracked = TrackedEpochs.Listed steps
    }

    let private rate (values: Map<string, string>) = Setting.real values (key "rate")

    let steps (values: Map<string, string>) : int list = ascending values "steps"

    let private numbers (widths: int list) = widths |> List.map (float >> AxisValue.Number)

    let private scale (values: Map<string, string>) = AxisValue.Words values[key "input-scale"]

    /// The networks whose laws are fitted.
    let grid (values: Map<string, string>) (basis: RunSpec) : Grid = {
        Base = descent (rate values) (steps values) true basis
        Along = [
            Axis.inputScale, [ scale values ]
            Axis.width, numbers (Setting.wholes values (key "widths"))
            Axis.seed, seeds values "seeds"
        ]
    }

    /// Those that theory's band is drawn over.
    let ensemble (values: Map<string, string>) (basis: RunSpec) : Grid = {
        Base = descent (rate values) (ascending values "ensemble-steps") false basis
        Along = [
            Axis.inputScale, [ scale values ]
            Axis.width, numbers [ Setting.whole values (key "ensemble-width") ]
            Axis.seed, seeds values "ensemble-seeds"
        ]
    }

    let rows (values: Map<string, string>) : int = Setting.whole values (key "rows")
    let ensembleRows (values: Map<string, string>) : int = Setting.whole values (key "ensemble-rows")

    let private check values basis = [
        for grid in [ grid values basis; ensemble values basis ] do
            match Grid.points grid with
            | Ok _ -> ()
            | Error reason -> $"convergence: %s{reason}"

        if
            Setting.wholes values (key "widths")
            |> List.distinct
            |> List.filter (fun m -> m >= Slope.narrowest)
            |> List.length
                <
                2
        then
            $"convergence.widths: a power law takes two widths from %d{Slope.narrowest} on"
    ]

    let private work values basis (sizes: RunSizes) =
        let on rows grid = Workload.grid { sizes with Fitted = min rows sizes.Fitted } grid
        let few = min (ensembleRows values) sizes.Fitted
        let asked = few + sizes.Kept

        on (rows values) (grid values basis)
        + on few (ensemble values basis)
        + 8.0 * Workload.eigen (min (rows values) sizes.Fitted)
        + 40.0 * Workload.product asked few asked

    let experiment: Experiment = {
        Name = "convergence"
        Question = "Do finite networks become their kernel at the pace that theory says?"
        Settings = settings
        Check = check
        Work = work
    }

    let claims (values: Map<string, string>) : Claim<LawFamily> list =
        LawClaims.all (Setting.real values (key "tolerance"))

    let bandClaims (values: Map<string, string>) : Claim<BandEvidence> list = [
        EnsembleBand.staysInside (Setting.real values (key "share-tolerance"))
        EnsembleBand.meanAgrees
    ]

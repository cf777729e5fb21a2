namespace NtkPipeline.Core

/// The settings of the stages that reduce rows, fit kernels and train networks, from texts that `Setting.check` has passed.
[<RequireQualifiedAccess>]
module ModelSettings =

    let private solver (values: Map<string, string>) =
        match values["reduce.solver"] with
        | "exact" -> PcaSolver.Exact
        | "randomised" -> PcaSolver.Randomised
        | _ -> PcaSolver.Auto

    let reduce (values: Map<string, string>) : ReduceDimension.Settings = {
        Dimensions =
            match values["reduce.dimensions"] with
            | "all" -> AllColumns
            | "auto" -> Best
            | _ -> Leading(Setting.whole values "reduce.dimensions")
        Solver = solver values
        Whiten = Setting.flag values "reduce.whiten"
    }

    let compareDimensions (values: Map<string, string>) : CompareDimensions.Settings = {
        Dimensions =
            if values["reduce.compare"] = "none" then
                []
            else
                Setting.wholes values "reduce.compare"
        Rows = Setting.whole values "reduce.compare-rows"
        Whiten = Setting.flag values "reduce.whiten"
        Solver = solver values
    }

    let ridge (values: Map<string, string>) : RidgeSettings = {
        Smallest = Setting.real values "ridge.smallest"
        Largest = Setting.real values "ridge.largest"
        PointsPerDecade = Setting.whole values "ridge.points-per-decade"
        ChooseBy =
            RidgeChoice.all |> List.find (fun choice -> RidgeChoice.print choice = values["ridge.choose-by"])
    }

    /// The rate that networks are compared at is the one that is explained.
    let explain (values: Map<string, string>) : ExplainNetwork.Settings = {
        MainRate = Setting.real values "train.rate"
    }

namespace NtkPipeline.Arrays

/// What an optional argument is where it is left out: the defaults of the settings of `ntk`, as constants.
[<RequireQualifiedAccess>]
module Defaults =

    /// The smallest ridge of the grid, over the mean of the kernel's diagonal (`ridge.smallest`).
    [<Literal>]
    let SmallestRidge = 1e-4

    /// The largest ridge of the grid, over the mean of the kernel's diagonal (`ridge.largest`).
    [<Literal>]
    let LargestRidge = 1e3

    /// Ridges between one power of ten and the next (`ridge.points-per-decade`).
    [<Literal>]
    let PointsPerDecade = 3

    /// Passes over the rows (`train.epochs`).
    [<Literal>]
    let Epochs = 50

    /// The learning rate in its unit, which for descent is N/Λ_max (`train.rate`).
    [<Literal>]
    let Rate = 1.0

    /// Rows a step; 0 stands for all of them (`train.batch-size`).
    [<Literal>]
    let BatchSize = 256

    /// How gradients become steps (`train.optimiser`).
    [<Literal>]
    let Optimiser = "descent"

    /// What is drawn at random is drawn from this (`seed`).
    [<Literal>]
    let Seed = 1UL

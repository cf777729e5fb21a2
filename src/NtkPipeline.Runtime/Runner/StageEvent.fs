namespace NtkPipeline.Runtime

/// What a runner tells while it works.
type StageEvent =
    | Started of stage: string * reasons: Reason list
    /// Of a stage that works on many things: how many are done, and how many there are.
    | Advanced of stage: string * finished: int * all: int
    | Cached of stage: string
    /// Another process makes the stage's result, and is waited for.
    | Waiting of stage: string * holder: string
    | Finished of stage: string * seconds: float * bytes: int64
    /// A result that was in the store, and could not be read when somebody asked for it, was made again.
    | Remade of run: RunRecord * cost: StageCost
    | Warning of sentence: string

/// A runner that can say how far the stage has come that it runs.
type IAdvancing =
    /// Told by the work of that stage: how many things are done, and how many there are.
    abstract Advance: finished: int * all: int -> unit

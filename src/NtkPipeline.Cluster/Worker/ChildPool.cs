namespace NtkPipeline.Cluster;

/// <summary>The processes that make stages: one is used again for the same job, and ended when it has had nothing to do for a while.</summary>
internal sealed class ChildPool(TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly List<StageChild> _idle = [];

    /// <summary>Starts one for a job that is about to come from a run that stands in the same folder.</summary>
    public void Prepare()
    {
        try
        {
            Return(StageChild.Start(Environment.CurrentDirectory));
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // The machine has no process to spare now; the first stage says so if it has none then.
        }
    }

    public StageChild Take(Job job)
    {
        lock (_idle)
        {
            Tidy();

            if (_idle.Find(child => child.Job == job) is { } found)
            {
                _idle.Remove(found);
                return found;
            }

            if (_idle.Find(child => child is { Job: null, IsAlive: true } && child.Folder == job.Folder) is { } ready)
            {
                _idle.Remove(ready);
                return ready.For(job);
            }

            // What another job has left lying about takes memory.
            foreach (var other in _idle.Where(child => child.Job != job).ToArray())
                End(other);
        }

        return StageChild.Start(job.Folder).For(job);
    }

    public void Return(StageChild child)
    {
        lock (_idle)
        {
            child.IdleSince = clock.GetTimestamp();
            _idle.Add(child);
        }
    }

    /// <summary>Ends those that have nothing to do.</summary>
    public void Tidy()
    {
        lock (_idle)
            foreach (var old in _idle.Where(child => !child.IsAlive || clock.GetElapsedTime(child.IdleSince) > _patience).ToArray())
                End(old);
    }

    private void End(StageChild child)
    {
        _idle.Remove(child);
        child.Close();
    }

    public void Dispose()
    {
        lock (_idle)
            foreach (var child in _idle.ToArray())
                End(child);
    }
}
